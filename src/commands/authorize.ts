import { rbacPolicy } from '../analyses/rbac/policy.ts';
import { authorize, NODE_AUTHORIZER_NOT_MODELLED, type RbacPolicy } from '../kube/authorizer.ts';
import { parseAccessReview } from '../kube/rbac-access-review.ts';
import { nodeNameOf } from '../kube/rbac-user.ts';
import { readObjectStream } from './object-stream.ts';
import { UsageError, type Command, type CommandContext } from './command.ts';

interface ReviewStatus {
  readonly allowed: boolean;
  readonly denied: false;
  readonly reason: string;
  readonly evaluationError?: string;
}

/** Answers SubjectAccessReviews from standard input as the API server's RBAC would (interface §1 and §5). */
export const authorizeCommand: Command = {
  name: 'authorize',
  summary: 'answers the SubjectAccessReviews on standard input as the RBAC of the cluster or the files would',
  usage: 'authorize < reviews.ndjson',
  options: [],
  run: runAuthorize,
};

async function runAuthorize(context: CommandContext): Promise<number> {
  if (context.words.length > 0) throw new UsageError(`authorize takes no words: ${context.words.join(' ')}`);
  const stream = readObjectStream(await context.readStandardInput());
  const policy = rbacPolicy(await context.loadView());
  let hasHoles = false;
  const answered = stream.objects.map((object) => {
    if (typeof object !== 'object' || object === null || Array.isArray(object)) {
      throw new UsageError('standard input holds something that is no Kubernetes object');
    }
    const { status, isHole } = answer(policy, object);
    hasHoles ||= isHole;
    return { ...object, status };
  });
  context.print(stream.write(answered));
  return hasHoles ? 3 : 0;
}

function answer(policy: RbacPolicy, object: unknown): { readonly status: ReviewStatus; readonly isHole: boolean } {
  const review = parseAccessReview(object);
  if (!review.ok) {
    const status = { allowed: false, denied: false, reason: '', evaluationError: review.error } as const;
    return { status, isHole: true };
  }
  const { allowed, reason, holes } = authorize(policy, review.user, review.request);
  const notes = new Set(nodeNameOf(review.user) === undefined ? [] : [NODE_AUTHORIZER_NOT_MODELLED]);
  for (const hole of holes) notes.add(hole);
  const error = [...notes].join('; ');
  const status = { allowed, denied: false, reason, ...(error === '' ? {} : { evaluationError: error }) } as const;
  return { status, isHole: holes.some((hole) => hole !== NODE_AUTHORIZER_NOT_MODELLED) };
}
