import {
  ClusterPolicyReport,
  PolicyReport,
  type IClusterPolicyReport,
  type IPolicyReport,
} from '@kubernetes-models/kyverno/wgpolicyk8s.io/v1alpha2';

/**
 * What the policy working group's definitions of `PolicyReport` and `ClusterPolicyReport` (`wgpolicyk8s.io/v1alpha2`, as
 * Kyverno 1.11 installs them) refuse of a document; empty where it is valid.
 */
export function policyReportErrors(document: IClusterPolicyReport | IPolicyReport): readonly string[] {
  const model = document.kind === 'PolicyReport' ? new PolicyReport(document) : new ClusterPolicyReport(document);
  try {
    model.validate();
    return [];
  } catch (error) {
    return [String(error)];
  }
}
