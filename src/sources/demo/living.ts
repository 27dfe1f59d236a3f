import {
  anonymousReadsSecrets,
  bobBinds,
  bobDeletesPolicy,
  execReadsToken,
  forbiddenBurst,
  stolenTokenReadsSecrets,
} from './audit/incidents.ts';
import type { AuditedRequest, AuditLine } from './audit/audit-record.ts';
import { linesOf } from './audit/history.ts';
import { routineRequests, type PodDirectory } from './audit/routine.ts';
import type { KubeObject } from './kube-object.ts';
import type { ObjectStore } from './object-store.ts';
import { podDirectory } from './pod-directory.ts';
import { restartSomePod } from './pod-restart.ts';
import { seededRandom, type Random } from './random.ts';
import { Rollout } from './rollout.ts';
import { bindingObject } from './shop/rbac.ts';
import type { Placement } from './shop/nodes.ts';

const SECOND = 1000;
const RESTART_EVERY = 7 * SECOND;
const ROLLOUT_EVERY = 45 * SECOND;
const ROLLOUT_STEP = 3 * SECOND;
/** The story begins anew after this, so that a demo that is left open stays alive. */
const STORY = 300 * SECOND;

/** Deployments that roll, in turn. */
const ROLLING = ['web', 'cart', 'search', 'catalog'] as const;

interface Scene {
  readonly at: number;
  readonly play: (now: number) => AuditedRequest[];
}

/** Changes the demo cluster as time passes, and tells it in audit lines. Time comes in through `tick` only. */
export class LivingShop {
  readonly #store: ObjectStore;
  readonly #placement: Placement;
  readonly #started: number;
  readonly #random: Random;
  readonly #scenes: readonly Scene[];
  readonly #pending: AuditLine[] = [];
  readonly #deletedPolicies: KubeObject[] = [];
  #last: number;
  #rollout: Rollout | undefined;
  #rollouts = 0;

  /**
   * @param store holds the objects of `shopObjects`
   * @param placement the one that these objects were made with
   * @param now when the life begins, in milliseconds since the epoch
   */
  constructor(store: ObjectStore, placement: Placement, now: number) {
    this.#store = store;
    this.#placement = placement;
    this.#started = now;
    this.#last = now;
    this.#random = seededRandom(now);
    this.#scenes = this.#story();
  }

  /**
   * Lets everything happen that is due until `now`.
   *
   * @returns the audit lines that were written meanwhile, oldest first
   */
  tick(now: number): AuditLine[] {
    const last = this.#last;
    if (now <= last) return [];
    this.#last = now;
    const requests = routineRequests(this.pods(), last, now);
    for (let turn = this.#turns(last, RESTART_EVERY); turn < this.#turns(now, RESTART_EVERY); turn += 1) {
      restartSomePod(this.#store, this.#random, now);
    }
    this.#roll(last, now);
    for (const scene of this.#scenes) {
      if (this.#turns(now - scene.at, STORY) > this.#turns(last - scene.at, STORY)) requests.push(...scene.play(now));
    }
    this.#pending.push(...linesOf(requests));
    this.#pending.sort((a, b) => a.at - b.at);
    const next = this.#pending.findIndex((line) => line.at > now);
    return this.#pending.splice(0, next < 0 ? this.#pending.length : next);
  }

  /** The running pods by name, for those who write about them. */
  pods(): PodDirectory {
    return podDirectory(this.#store);
  }

  #turns(at: number, every: number): number {
    return Math.floor((at - this.#started) / every);
  }

  #roll(last: number, now: number): void {
    if (this.#turns(now, ROLLOUT_EVERY) > this.#turns(last, ROLLOUT_EVERY) && this.#rollout === undefined) {
      const name = ROLLING[this.#rollouts % ROLLING.length] ?? ROLLING[0];
      this.#rollouts += 1;
      this.#rollout = new Rollout(this.#store, this.#placement, 'shop', name, this.#rollouts);
    }
    if (this.#turns(now, ROLLOUT_STEP) > this.#turns(last, ROLLOUT_STEP) && this.#rollout?.step(now) === 'done') {
      this.#rollout = undefined;
    }
  }

  /** The scenes, by seconds after the start. */
  #story(): readonly Scene[] {
    return [
      { at: 12 * SECOND, play: (now) => [anonymousReadsSecrets(now)] },
      { at: 20 * SECOND, play: (now) => [this.#bindClusterAdmin(now)] },
      { at: 35 * SECOND, play: (now) => [this.#deletePolicy('shop', 'web', now)] },
      { at: 50 * SECOND, play: (now) => [stolenTokenReadsSecrets(this.pods(), now)] },
      { at: 65 * SECOND, play: (now) => [execReadsToken(this.pods(), now)] },
      { at: 80 * SECOND, play: (now) => forbiddenBurst(this.pods(), now) },
      { at: 95 * SECOND, play: () => this.#healPolicies() },
      { at: 130 * SECOND, play: (now) => [anonymousReadsSecrets(now), stolenTokenReadsSecrets(this.pods(), now)] },
    ];
  }

  #bindClusterAdmin(now: number): AuditedRequest {
    const plan = { name: 'deployer-admin', role: 'cluster-admin', subjects: ['sa:ci/deployer'], ageDays: 0 };
    const binding = bindingObject(plan, now);
    this.#store.apply(binding);
    return bobBinds(binding, now);
  }

  #deletePolicy(namespace: string, name: string, now: number): AuditedRequest {
    const policy = this.#store.get('networking.k8s.io/v1', 'NetworkPolicy', namespace, name);
    if (policy !== undefined) this.#deletedPolicies.push(policy);
    this.#store.delete('networking.k8s.io/v1', 'NetworkPolicy', namespace, name);
    return bobDeletesPolicy(namespace, name, now);
  }

  /** Argo CD puts back what was deleted by hand: as new objects. */
  #healPolicies(): AuditedRequest[] {
    for (const policy of this.#deletedPolicies.splice(0)) {
      const { name, namespace, labels } = policy.metadata;
      this.#store.apply({
        ...policy,
        metadata: {
          name,
          ...(namespace === undefined ? {} : { namespace }),
          ...(labels === undefined ? {} : { labels }),
        },
      });
    }
    return [];
  }
}
