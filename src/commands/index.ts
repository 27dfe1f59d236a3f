import { asOfCommand } from './as-of.ts';
import { accessReviewCommand } from './access-review/command.ts';
import { auditCommand } from './audit.ts';
import { authorizeCommand } from './authorize.ts';
import { canCommand } from './can.ts';
import type { Command } from './command.ts';
import { labelMapCommand } from './label-map.ts';
import { pathsCommand } from './paths.ts';
import { reachCommand } from './reach.ts';
import { roleCommand } from './role.ts';
import { whoCanCommand } from './who-can.ts';

/** Every command that answers a question. */
export const COMMANDS: readonly Command[] = [
  accessReviewCommand,
  asOfCommand,
  auditCommand,
  authorizeCommand,
  whoCanCommand,
  canCommand,
  pathsCommand,
  roleCommand,
  reachCommand,
  labelMapCommand,
];
