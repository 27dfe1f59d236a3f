import type { Rule } from '../rule.ts';
import { allAuthenticated } from './all-authenticated.ts';
import { altersNodes } from './alters-nodes.ts';
import { altersPolicy } from './alters-policy.ts';
import { certificates } from './certificates.ts';
import { cloudIdentity } from './cloud-identity.ts';
import { clusterAdmin } from './cluster-admin.ts';
import { createsWorkloads } from './creates-workloads.ts';
import { danglingRole } from './dangling-role.ts';
import { danglingSubject } from './dangling-subject.ts';
import { defaultServiceAccount } from './default-service-account.ts';
import { duplicateBinding } from './duplicate-binding.ts';
import { escalates } from './escalates.ts';
import { escalationPath, everyoneEscalates } from './escalation-path.ts';
import { exec } from './exec.ts';
import { exposesServices } from './exposes-services.ts';
import { impersonates } from './impersonates.ts';
import { inertRule } from './inert-rule.ts';
import { namespaceAdmin } from './namespace-admin.ts';
import { nodeProxy } from './node-proxy.ts';
import { readsSecrets } from './reads-secrets.ts';
import { readsWidely } from './reads-widely.ts';
import { storage } from './storage.ts';
import { systemMasters } from './system-masters.ts';
import { tokens } from './tokens.ts';
import { unauthenticated } from './unauthenticated.ts';
import { unreadableRole } from './unreadable-role.ts';
import { unusedRole } from './unused-role.ts';
import { webhooks } from './webhooks.ts';
import { wildcard } from './wildcard.ts';

/** Rules about bindings and roles. One id stands for a check of both kinds of binding (or role). */
export const RBAC_RULES: readonly Rule[] = [
  ...clusterAdmin,
  ...namespaceAdmin,
  ...wildcard,
  ...escalates,
  ...impersonates,
  ...readsSecrets,
  ...createsWorkloads,
  ...exec,
  ...tokens,
  ...nodeProxy,
  ...certificates,
  ...webhooks,
  ...exposesServices,
  ...altersPolicy,
  ...altersNodes,
  ...storage,
  ...readsWidely,
  ...unauthenticated,
  ...allAuthenticated,
  ...systemMasters,
  ...defaultServiceAccount,
  ...danglingRole,
  ...danglingSubject,
  ...unreadableRole,
  ...inertRule,
  ...unusedRole,
  ...duplicateBinding,
  cloudIdentity,
  escalationPath,
  everyoneEscalates,
];
