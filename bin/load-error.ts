/** Input that could not be read at all: no connection, no file. The message says what failed and what to do. */
export class LoadError extends Error {}
