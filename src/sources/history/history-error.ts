/** A history that cannot be used; the message is for the person. */
export class HistoryError extends Error {}
