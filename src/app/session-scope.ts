import type { Finding } from '../model/finding.ts';
import type { Row } from '../panes/pane.ts';
import type { ClusterView } from '../store/cluster-view.ts';

/** What the flags narrow a session to, for as long as it runs. What decides about it is read all the same. */
export interface SessionScope {
  /** For the header, in the place of "all namespaces"; '' where nothing is narrowed. */
  readonly text: string;
  namespace(name: string): boolean;
  row(row: Row): boolean;
  finding(finding: Finding, view: ClusterView): boolean;
}

export const WHOLE_CLUSTER: SessionScope = {
  text: '',
  namespace: () => true,
  row: () => true,
  finding: () => true,
};
