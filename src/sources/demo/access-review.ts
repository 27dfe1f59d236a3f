import { NO_RESOURCE, type Attributes, type Authorize } from './authorizer.ts';
import type { ObjectStore } from './object-store.ts';
import type { User } from './users.ts';

interface ReviewSpec {
  readonly resourceAttributes?: Partial<Attributes>;
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string };
  readonly namespace?: string;
}

/** The reviews that a user may ask about itself. */
export type SelfReview = (typeof REVIEWS)[number];

const REVIEWS = ['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'selfsubjectreviews'] as const;

const TITLES: Readonly<Record<SelfReview, { readonly apiVersion: string; readonly kind: string }>> = {
  selfsubjectaccessreviews: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' },
  selfsubjectrulesreviews: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview' },
  selfsubjectreviews: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
};

/** @returns undefined where the resource is no review of the user itself */
export function selfReview(group: string, resource: string): SelfReview | undefined {
  return REVIEWS.find((name) => name === resource && TITLES[name].apiVersion === `${group}/v1`);
}

/**
 * Answers a review by asking the authorizer that guards every other request.
 *
 * @param spec the spec that was posted
 * @returns the object with its status
 */
export function answerReview(
  review: SelfReview,
  spec: ReviewSpec,
  user: User,
  authorize: Authorize,
  store: ObjectStore,
): object {
  const object = { kind: TITLES[review].kind, apiVersion: TITLES[review].apiVersion, metadata: {} };
  switch (review) {
    case 'selfsubjectaccessreviews': {
      const allowed = authorize(user, attributesOf(spec));
      return { ...object, spec, status: { allowed } };
    }
    case 'selfsubjectrulesreviews':
      return { ...object, spec: {}, status: rulesStatus(spec.namespace ?? '', user, authorize, store) };
    case 'selfsubjectreviews': {
      const { name: username, groups, uid, extra } = user;
      return { ...object, status: { userInfo: { username, groups, uid, extra } } };
    }
  }
}

function attributesOf(spec: ReviewSpec): Attributes {
  const path = spec.nonResourceAttributes;
  if (path !== undefined) return { ...NO_RESOURCE, verb: path.verb ?? '', path: path.path ?? '' };
  return { ...NO_RESOURCE, ...spec.resourceAttributes };
}

/** The rules that hold in a namespace, found by asking for each served resource and verb. */
function rulesStatus(namespace: string, user: User, authorize: Authorize, store: ObjectStore): object {
  const resourceRules = store.kinds().flatMap(({ group, resource }) => {
    const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'].filter((verb) =>
      authorize(user, { ...NO_RESOURCE, verb, group, resource, namespace }),
    );
    return verbs.length === 0 ? [] : [{ verbs, apiGroups: [group], resources: [resource] }];
  });
  const paths = ['/api', '/apis', '/healthz', '/livez', '/readyz', '/version', '/metrics'];
  const allowed = paths.filter((path) => authorize(user, { ...NO_RESOURCE, verb: 'get', path }));
  const nonResourceRules = allowed.length === 0 ? [] : [{ verbs: ['get'], nonResourceURLs: allowed }];
  return { resourceRules, nonResourceRules, incomplete: false };
}
