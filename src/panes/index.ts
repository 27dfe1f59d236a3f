import { networkPane } from './network.ts';
import { auditPane } from './audit.ts';
import { labelsPane } from './labels.ts';
import { secretsPane } from './secrets.ts';
import { vigilancePane } from './vigilance.ts';
import { rbacPane } from './rbac.ts';
import type { Pane } from './pane.ts';

/** Every pane, in the order of the tabs. */
export const PANE_LIST: readonly Pane[] = [networkPane, rbacPane, labelsPane, auditPane, secretsPane, vigilancePane];
