/** A file that is no journal of this k8sec; the message is for the person. */
export class JournalError extends Error {}
