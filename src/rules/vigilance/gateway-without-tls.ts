/**
 * A listener of protocol HTTP hands requests on as they come in. One whose routes only redirect is as it should be.
 * Source: https://gateway-api.sigs.k8s.io/guides/tls/; parentRefs[].sectionName names the listener of a route.
 */
import { standingText, workloadsBehind } from '../../analyses/vigilance/ingress-hosts.ts';
import { refOf } from '../../kube/object-ref.ts';
import { someOf } from '../../kube/some-of.ts';
import type { GatewayObject, RouteObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { attack, owasp } from '../references.ts';
import { rule } from '../rule.ts';

const NAMED = 5;

export const gatewayWithoutTls = rule({
  id: 'vigilance/gateway-without-tls',
  subject: 'Gateway',
  summary: 'Gateways that hand plain HTTP requests on to applications',
  help: 'Attach the routes to a listener of protocol HTTPS (parentRefs with its sectionName), and leave the plain one a route that only redirects.',
  references: [owasp('K06'), attack('T1557')],
  needs: ['Gateway', 'HTTPRoute', 'Service', 'Pod'],
  check(subject, view) {
    const plain = subject.listeners.filter((listener) => listener.protocol === 'HTTP');
    const open = plain.flatMap((listener) => {
      const routes = routesOf(view, subject).filter((route) => isAttached(route, subject, listener.name));
      return routes.length === 0 ? [] : [{ listener, routes }];
    });
    const routes = [...new Set(open.flatMap((one) => one.routes))];
    if (routes.length === 0) return [];
    const names = routes.map(({ namespace, name }) => `HTTPRoute ${namespace}/${name}`);
    const behind = [
      ...new Set(
        routes
          .flatMap((route) => route.backends)
          .flatMap(({ namespace, service }) => workloadsBehind(view, namespace, [service])),
      ),
    ];
    return [
      {
        severity: 'medium',
        title: `Serves ${someOf(names, NAMED)} without TLS`,
        why: `Whoever stands in between reads and changes the requests.${standingText(behind)}`,
        evidence: open.map(({ listener }) => ({
          text: `listener ${listener.name} takes HTTP on port ${listener.port}`,
          object: refOf(subject),
          path: `spec.listeners[name=${listener.name}].protocol`,
        })),
      },
    ];
  },
});

/** Routes with a backend: the others redirect. */
function routesOf(view: ClusterView, { namespace, name }: GatewayObject): readonly RouteObject[] {
  return view
    .list('HTTPRoute')
    .filter((route) => route.backends.length > 0)
    .filter((route) => route.parents.some((parent) => parent.namespace === namespace && parent.name === name));
}

function isAttached({ parents }: RouteObject, { namespace, name }: GatewayObject, listener: string): boolean {
  return parents.some(
    (parent) => parent.namespace === namespace && parent.name === name && (parent.section ?? listener) === listener,
  );
}
