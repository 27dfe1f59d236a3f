/** Labels by which an operator marks the leader among equals. */
export const LEADER_KEY = /role$/i;

const ROLES: ReadonlySet<string> = new Set([
  'master',
  'primary',
  'leader',
  'replica',
  'secondary',
  'standby',
  'standby_leader',
  'follower',
  'sync_standby',
]);

/** Whether a value is the role of one among equals. */
export function isLeaderValue(value: string): boolean {
  return ROLES.has(value.toLowerCase());
}

/** Whether a label tells the role of one among equals, such as `role=master`. */
export function isLeaderRole(key: string, value: string): boolean {
  return LEADER_KEY.test(key) && isLeaderValue(value);
}
