import { startDemoServer, type DemoServer, type DemoServerOptions } from './api-server.ts';
import type { AuditLine } from './audit/audit-record.ts';
import { auditHistory } from './audit/history.ts';
import { LivingShop } from './living.ts';
import { ObjectStore } from './object-store.ts';
import { podDirectory } from './pod-directory.ts';
import { Placement } from './shop/nodes.ts';
import { SHOP_METRICS, shopObjects } from './shop/shop-cluster.ts';

/** The demo cluster: a server with the shop in it, its past, and its life. */
export interface DemoCluster {
  readonly server: DemoServer;
  /** The audit log of the hour before the start. */
  readonly history: readonly AuditLine[];
  /** Call `tick` to let time pass; it returns the new audit lines. */
  readonly living: LivingShop;
}

/**
 * Starts an API server that serves the shop.
 *
 * @param now milliseconds since the epoch; all ages and the audit log count from here
 * @param options of the server; the store and the metrics are the shop's
 * @throws Error where the port cannot be opened
 */
export async function startDemoCluster(
  now: number,
  options: Omit<DemoServerOptions, 'store' | 'metrics'> = {},
): Promise<DemoCluster> {
  const store = new ObjectStore();
  const placement = new Placement();
  store.load(shopObjects(now, placement));
  const history = auditHistory(podDirectory(store), now);
  const server = await startDemoServer({ ...options, store, metrics: SHOP_METRICS });
  return { server, history, living: new LivingShop(store, placement, now) };
}
