import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerReview, selfReview } from './access-review.ts';
import { forbidden, NO_RESOURCE, type Attributes } from './authorizer.ts';
import { discoveryDocument } from './discovery.ts';
import type { FaultPhase, FaultRule } from './faults.ts';
import { metricsText } from './metrics.ts';
import { wantsAggregatedDiscovery } from './negotiate.ts';
import { answerNodeProxy } from './node-proxy.ts';
import { answerRead } from './read-handler.ts';
import { resourcePath, servedKind, servesGroupVersion, type ResourcePath } from './request-path.ts';
import { Reply } from './reply.ts';
import type { ServerState } from './server-state.ts';
import * as status from './status.ts';
import { authenticate, impersonatedUser, type User } from './users.ts';

const HEALTH = new Set(['/healthz', '/livez', '/readyz', '/livez/ping', '/readyz/ping']);

/**
 * Answers one request in the order of the real handler chain: authentication, impersonation, authorization, then the
 * resource.
 */
export async function handleRequest(
  state: ServerState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://demo.invalid');
  const path = resourcePath(url.pathname);
  const verb = verbOf(request.method ?? 'GET', path, url.searchParams);
  const phase = phaseOf(verb, path, url);
  const fault = state.dice.roll(phase, path?.resource ?? '');
  const reply = new Reply(request, response, fault, state.dice.random);
  if (await refusedByFault(reply, fault, phase)) return;

  const caller = authenticate(request, state.tokens, state.defaultUser);
  if (caller === undefined) return reply.status(status.unauthorized());
  const user = impersonatedUser(request) ?? caller;
  if (user !== caller && !state.authorize(caller, impersonation(user))) {
    return reply.status(forbidden(caller, impersonation(user)));
  }
  const review = path === undefined ? undefined : selfReview(path.group, path.resource);
  const isWrite = path !== undefined && request.method !== 'GET' && request.method !== 'HEAD';
  if (isWrite && (review === undefined || request.method !== 'POST')) {
    // Before authorization: whoever asks shall learn that nobody can write here.
    const dryRun = url.searchParams.has('dryRun');
    return reply.status(dryRun ? status.dryRunNotImplemented() : status.methodNotAllowed());
  }
  const attributes = attributesOf(path, url.pathname, verb);
  if (fault?.fault === 'forbidden' || !state.authorize(user, attributes)) {
    return reply.status(forbidden(user, attributes));
  }
  if (path === undefined) return answerPath(state, reply, url.pathname, request.headers.accept);
  if (review !== undefined && isWrite) {
    if (!(request.headers['content-type'] ?? 'application/json').startsWith('application/json')) {
      return reply.status(status.unsupportedMediaType());
    }
    const body = await readJson(request);
    if (body === undefined) return reply.status(status.badRequest('the body of the request is not a JSON object'));
    return reply.json(201, answerReview(review, body.spec ?? {}, user, state.authorize, state.store));
  }
  if (path.group === '' && path.resource === 'nodes' && path.subresource === 'proxy') {
    return answerNodeProxy(state.nodeLogs[path.name], reply, url.pathname, request.headers.range);
  }
  const kind = servedKind(state.store, path);
  if (kind === undefined && !servesGroupVersion(state.store, path)) return reply.text(404, '404 page not found\n');
  if (kind === undefined || path.subresource !== '') return reply.status(status.unknownResource());
  return answerRead(state, reply, { path, kind, verb, query: url.searchParams });
}

/** Faults that strike before anything is looked at. Resolves to true where the request is done. */
async function refusedByFault(reply: Reply, fault: FaultRule | undefined, phase: FaultPhase): Promise<boolean> {
  switch (fault?.fault) {
    case 'no-answer':
      return true;
    case 'unauthorized':
      await reply.status(status.unauthorized());
      return true;
    case 'too-many-requests':
      // Priority and fairness answers in plain text (k8s.io/apiserver server/filters/priority-and-fairness.go).
      await reply.text(429, 'Too many requests, please try again later.\n', {
        'retry-after': String(fault.retryAfterSeconds),
      });
      return true;
    case 'server-error': {
      if (fault.inStream === true && phase === 'watch') return false;
      const code = fault.code ?? 500;
      const answer = code === 503 ? status.unavailable() : status.internalError('etcdserver: request timed out');
      await reply.status({ ...answer, code });
      return true;
    }
    default:
      return false;
  }
}

function answerPath(state: ServerState, reply: Reply, pathname: string, accept: string | undefined): Promise<void> {
  if (HEALTH.has(pathname)) return reply.text(200, 'ok');
  if (pathname === '/metrics') return reply.text(200, metricsText(state.metrics));
  if (pathname === '/version') {
    return reply.json(200, {
      ...state.version,
      gitCommit: '0000000000000000000000000000000000000000',
      gitTreeState: 'clean',
      buildDate: '2025-11-11T19:16:15Z',
      goVersion: 'go1.24.9',
      compiler: 'gc',
      platform: 'linux/amd64',
    });
  }
  const aggregated = wantsAggregatedDiscovery(accept);
  const document = discoveryDocument(state.store, pathname, aggregated);
  if (document === undefined) {
    return reply.text(404, '404 page not found\n');
  }
  const isRoot = pathname === '/api' || pathname === '/apis';
  const type = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  return reply.json(200, document, aggregated && isRoot ? { 'content-type': type } : {});
}

function verbOf(method: string, path: ResourcePath | undefined, query: URLSearchParams): string {
  if (path === undefined) return method.toLowerCase();
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return path.name === '' ? 'deletecollection' : 'delete';
    default:
      if (path.name !== '') return 'get';
      return ['true', '1'].includes(query.get('watch') ?? '') ? 'watch' : 'list';
  }
}

function phaseOf(verb: string, path: ResourcePath | undefined, url: URL): FaultPhase {
  if (url.pathname === '/metrics') return 'metrics';
  if (path === undefined) return 'discovery';
  if (verb === 'watch' || verb === 'get') return verb;
  if (verb !== 'list') return 'review';
  return (url.searchParams.get('continue') ?? '') === '' ? 'list' : 'continue';
}

function attributesOf(path: ResourcePath | undefined, pathname: string, verb: string): Attributes {
  if (path === undefined) return { ...NO_RESOURCE, verb, path: pathname };
  const { group, resource, subresource, namespace, name } = path;
  return { verb, group, resource, subresource, namespace, name };
}

function impersonation(user: User): Attributes {
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user.name);
  return account === null
    ? { ...NO_RESOURCE, verb: 'impersonate', resource: 'users', name: user.name }
    : {
        ...NO_RESOURCE,
        verb: 'impersonate',
        resource: 'serviceaccounts',
        namespace: account[1] ?? '',
        name: account[2] ?? '',
      };
}

async function readJson(request: IncomingMessage): Promise<{ readonly spec?: object } | undefined> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
