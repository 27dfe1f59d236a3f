/** Which audit events are asked for; what is left out is not restricted. */
export interface AuditQuery {
  readonly resource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** The user who made the request, or whom it was made as. */
  readonly actor?: string | undefined;
}
