import type { Config } from '../src/config/config-value.ts';
import { glob } from '../src/kube/glob.ts';

/** Whether the config's `deployers` name a user. */
export function isDeployer({ deployers }: Config): (username: string) => boolean {
  return (username) => deployers.some((pattern) => glob(pattern, username));
}
