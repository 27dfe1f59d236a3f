import { BURST_DETECTIONS } from './bursts.ts';
import { CLUSTER_DETECTIONS } from './cluster.ts';
import { CREDENTIAL_DETECTIONS } from './credentials.ts';
import type { Detection } from './detection.ts';
import { EXEC_DETECTIONS } from './exec.ts';
import { IDENTITY_DETECTIONS } from './identity.ts';
import { LEARNED_DETECTIONS } from './learned.ts';
import { POD_DETECTIONS } from './pods.ts';
import { RBAC_DETECTIONS } from './rbac.ts';
import { SECRET_DETECTIONS } from './secrets.ts';

/** Every detection, the more specific before the less specific: of one event the first of the severest is shown. */
export const DETECTIONS: readonly Detection[] = [
  ...EXEC_DETECTIONS,
  ...POD_DETECTIONS,
  ...RBAC_DETECTIONS,
  ...CREDENTIAL_DETECTIONS,
  ...SECRET_DETECTIONS,
  ...CLUSTER_DETECTIONS,
  ...IDENTITY_DETECTIONS,
  ...BURST_DETECTIONS,
  ...LEARNED_DETECTIONS,
];
