import type { PaneName } from '../../model/finding.ts';
import type { Report } from '../report.ts';
import { namespaceInScope } from '../scope.ts';
import { auditSection } from './audit.ts';
import { labelsSection } from './labels.ts';
import { networkSection } from './network.ts';
import { podSecuritySection } from './pod-security.ts';
import { rbacSection } from './rbac.ts';
import { secretSubjects } from './secret-subjects.ts';
import { secretsSection } from './secrets.ts';
import { vigilanceSection } from './vigilance.ts';

/** The lists of everything that was judged, one field a pane (interface §5). */
export function* reportSections(report: Report): Generator<readonly [string, unknown]> {
  const { engine, scope } = report;
  const { view } = engine;
  const isAsked = (pane: PaneName): boolean => scope.panes.length === 0 || scope.panes.includes(pane);
  const inScope = <T extends { readonly namespace: string | null }>(items: Iterable<T>): Iterable<T> =>
    scope.namespaces.length === 0 ? items : filter(items, (item) => namespaceInScope(item.namespace ?? '', scope));
  if (isAsked('network')) {
    const network = networkSection(view);
    yield ['network', { ...network, pods: inScope(network.pods) }];
  }
  if (isAsked('rbac')) {
    const standing = report.standing.map((one) => one.finding);
    const rbac = rbacSection(view, standing);
    yield ['rbac', { ...rbac, bindings: inScope(rbac.bindings) }];
  }
  if (isAsked('vigilance')) {
    const podSecurity = podSecuritySection(view, undefined, (name) => namespaceInScope(name, scope));
    yield ['podSecurity', { ...podSecurity, pods: inScope(podSecurity.pods) }];
  }
  if (isAsked('labels')) {
    yield ['labels', labelsSection(view, (name) => scope.namespaces.length === 0 || namespaceInScope(name, scope))];
  }
  if (isAsked('secrets')) {
    const isOfScope = (namespace: string): boolean => namespaceInScope(namespace, scope);
    yield ['secrets', { ...secretsSection(view, isOfScope), subjects: secretSubjects(view, isOfScope) }];
  }
  if (isAsked('audit')) {
    const findings = report.findings.map((one) => one.finding);
    yield ['audit', auditSection(view, findings)];
  }
  if (isAsked('vigilance')) yield ['vigilance', vigilanceSection(view)];
}

function* filter<T>(items: Iterable<T>, keep: (item: T) => boolean): Generator<T> {
  for (const item of items) if (keep(item)) yield item;
}
