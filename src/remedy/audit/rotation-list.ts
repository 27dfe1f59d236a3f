/**
 * What has to be changed because an actor read it or could have read it: Secrets with what uses them, and accounts whose
 * tokens it has. A token cannot be taken back one by one: it ends with its time, its pod, its Secret or its account
 * (kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin, "Bound service account tokens").
 */
import { exposureTo, type Exposed } from '../../analyses/audit/actor-exposure.ts';
import { ownKind, rotatorOf } from '../../analyses/secrets/secret-origin.ts';
import { secretUses } from '../../analyses/secrets/secret-uses.ts';
import type { Change } from '../../model/change.ts';
import type { SecretObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { kubectl } from '../kubectl.ts';
import type { Manifest, Remedy } from '../remedy.ts';
import { newData, restarts, rewritten, useText } from '../secrets/rotation.ts';
import { groupOf } from './audit-finding.ts';

/** Documents of one file; the rest is counted. */
const MOST_DOCUMENTS = 60;
const MOST_WAYS = 3;

/** One thing to change. */
interface Step {
  readonly manifest: Manifest;
  readonly comments: readonly string[];
  readonly commands: readonly string[];
  readonly change: Change | null;
}

export const rotationList: Remedy = {
  id: 'audit/rotation-list',
  title: 'Change what the actor read or could have read',
  safety: 'review',
  build(finding, view) {
    const group = groupOf(finding, view);
    if (group === undefined) return { refused: 'The log does not hold these requests any more.' };
    const { secrets, accounts, unknown } = exposureTo(view, group.actor);
    const steps = [
      ...secrets.map((secret) => secretStep(view, secret)),
      ...accounts.map((account) => accountStep(account)),
    ];
    if (steps.length === 0) {
      const why = unknown.length === 0 ? '' : `, as far as it is known: ${unknown.join('; ')}`;
      return { refused: `${group.actor.name} read no Secret or token, and could have read none${why}.` };
    }
    const told = steps.slice(0, MOST_DOCUMENTS);
    const read = [...secrets, ...accounts].filter((one) => one.isRead).length;
    return {
      note:
        'Take the access away first, or the new values are read as well. Those that the log shows as read come first. ' +
        'Each document is one patch: fill in the new value, and save it as a file of its own. New values belong in no ' +
        'history of a shell.',
      manifests: told.map((step) => step.manifest),
      comments: told.flatMap(({ comments }, document) => comments.map((text) => ({ document, path: [], text }))),
      use: { type: 'steps', commands: [...new Set(told.flatMap((step) => step.commands))] },
      changes: told.flatMap(({ change }) => change ?? []),
      effects: [
        `${group.actor.name} was handed ${read} of these, and could have read ${steps.length - read} more`,
        ...(steps.length > told.length ? [`and ${steps.length - told.length} more that are not in this file`] : []),
        ...unknown.map((reason) => `not known: ${reason}`),
      ],
      fileName: `rotation-list-${group.actor.name.replaceAll(/[^\w.-]+/g, '-').slice(0, 80)}.yaml`,
    };
  },
};

function secretStep(view: ClusterView, exposed: Exposed): Step {
  const { namespace, name } = exposed;
  const secret = view.get('Secret', namespace, name);
  const uses = secretUses(view, namespace).get(name) ?? [];
  const comments = [waysText(exposed), ...(uses.length === 0 ? ['no user of it is known'] : uses.map(useText))];
  const only: Manifest = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name } };
  const special = secret === undefined ? 'it is gone since: what it held may be valid still' : specialText(secret);
  if (secret === undefined || special !== null) {
    const isToken = secret !== undefined && ownKind(secret) === 'service-account-token';
    return {
      manifest: only,
      comments: [...comments, ...(special === null ? [] : [special])],
      commands: isToken ? [kubectl`-n ${namespace} delete secret ${name}`] : [],
      change: null,
    };
  }
  const file = `${namespace}-${name}.yaml`;
  return {
    manifest: newData(secret),
    comments,
    commands: [kubectl`-n ${namespace} patch secret ${name} --patch-file ${file}`, ...restarts(namespace, uses)],
    change: { type: 'upsert', object: rewritten(secret, view.now) },
  };
}

/** Why a new value is not written into it; null where it is. */
function specialText(secret: SecretObject): string | null {
  const rotator = rotatorOf(secret);
  if (rotator !== null) return `${rotator} writes it: change the credential where ${rotator} reads it`;
  switch (ownKind(secret)) {
    case 'service-account-token':
      return 'the token of an account, valid for ever: deleting the Secret ends it';
    case 'helm-release':
      return 'a release of Helm: the values that it was installed with are in it, and have to be changed where they are valid';
    default:
      return secret.immutable === true ? 'it is immutable: make a new one under another name' : null;
  }
}

function accountStep(exposed: Exposed): Step {
  const { namespace, name } = exposed;
  return {
    manifest: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } },
    comments: [
      `its tokens: ${waysText(exposed)}`,
      'the token of a pod ends with the pod; one that was minted is valid until its time is over, or until the account is deleted and made anew',
    ],
    commands: [],
    change: null,
  };
}

function waysText({ isRead, ways }: Exposed): string {
  const more = ways.length > MOST_WAYS ? ` and ${ways.length - MOST_WAYS} other ways` : '';
  return `${isRead ? 'was read' : 'could have been read'}: ${ways.slice(0, MOST_WAYS).join('; ')}${more}`;
}
