import type { Meta, PodObject, PodTemplate, PodTemplateObject, WorkloadObject } from '../../model/objects.ts';
import { sanitise } from '../../kube/sanitise.ts';
import { annotationCredentials } from './annotation-credentials.ts';
import { keptAnnotations } from './annotations.ts';
import { isObject, list, numberOrNull, object, objects, text, timeOrNull, type JsonObject } from './json-reading.ts';
import { selectorOrNull, type SlimContext } from './slim-context.ts';

const NO_ADDRESSES: readonly string[] = Object.freeze([]);

/** Written out field by field: there may be 150,000 of these, and an object literal is the smallest object. */
export function slimPod(raw: JsonObject, meta: Meta, context: SlimContext): PodObject {
  const spec = object(raw['spec']);
  const status = object(raw['status']);
  return {
    kind: 'Pod',
    namespace: meta.namespace,
    name: meta.name,
    uid: meta.uid,
    labels: meta.labels,
    annotations: meta.annotations,
    created: meta.created,
    owners: meta.owners,
    deleting: meta.deleting,
    managers: meta.managers,
    location: meta.location,
    spec: context.podSpecs.slim(spec, object(raw['metadata']), true),
    nodeName: context.string(spec['nodeName']),
    phase: context.string(status['phase']),
    podIPs: podIPs(status),
    started: timeOrNull(status['startTime']),
    mirror:
      meta.annotations['kubernetes.io/config.mirror'] !== undefined ||
      meta.owners.some((owner) => owner.kind === 'Node'),
  };
}

/** The addresses of `podIPs`, or `podIP` where it says none. */
function podIPs(status: JsonObject): readonly string[] {
  const entries = list(status['podIPs']);
  const first = addressOf(entries[0]);
  // Nearly all pods have one.
  if (entries.length === 1 && first !== '') return [first];
  const found = objects(entries).length > 0 ? objects(entries).map(addressOf) : [sanitise(text(status['podIP']))];
  const given = found.filter((address) => address !== '');
  return given.length === 0 ? NO_ADDRESSES : given;
}

function addressOf(entry: unknown): string {
  return sanitise(text(object(entry)['ip']));
}

/** What all workloads have: where their template is, what selects their pods, how many there are to be. */
type WorkloadFields = Pick<WorkloadObject, 'template' | 'selector' | 'replicas' | 'suspended' | 'credentials'>;

/** Credentials in the annotations of the workload itself; those of its template are part of that. */
function ownCredentials(raw: JsonObject): Pick<WorkloadObject, 'credentials'> {
  const credentials = annotationCredentials(object(object(raw['metadata'])['annotations']));
  return credentials.length === 0 ? {} : { credentials };
}

/** A workload that runs a number of pods; of a live ReplicaSet only metadata may have come, and then no spec is known. */
export function scaledFields(raw: JsonObject, context: SlimContext): WorkloadFields {
  const spec = isObject(raw['spec']) ? raw['spec'] : null;
  return {
    ...unscaledFields(raw, context),
    replicas: spec === null ? null : (numberOrNull(spec['replicas']) ?? 1),
    suspended: false,
  };
}

/** DaemonSets and Jobs; only a Job can be suspended. */
export function unscaledFields(raw: JsonObject, context: SlimContext): WorkloadFields {
  const spec = object(raw['spec']);
  return {
    template: templateOrNull(spec['template'], context),
    selector: selectorOrNull(spec['selector'], context),
    replicas: null,
    suspended: spec['suspend'] === true,
    ...ownCredentials(raw),
  };
}

export function cronJobFields(raw: JsonObject, context: SlimContext): WorkloadFields {
  const spec = object(raw['spec']);
  return {
    template: templateOrNull(object(object(spec['jobTemplate'])['spec'])['template'], context),
    selector: null,
    replicas: null,
    suspended: spec['suspend'] === true,
    ...ownCredentials(raw),
  };
}

/** A ReplicationController selects by a plain map, which defaults to its template's labels. */
export function replicationControllerFields(raw: JsonObject, context: SlimContext): WorkloadFields {
  const fields = scaledFields(raw, context);
  const selector = object(raw['spec'])['selector'];
  const matchLabels =
    isObject(selector) && Object.keys(selector).length > 0 ? context.labels(selector) : fields.template?.labels;
  return { ...fields, selector: matchLabels === undefined ? null : context.share({ matchLabels }) };
}

function templateOrNull(value: unknown, context: SlimContext): PodTemplate | null {
  return isObject(value) ? slimTemplate(value, context) : null;
}

export function slimPodTemplate(raw: JsonObject, meta: Meta, context: SlimContext): PodTemplateObject {
  return { ...meta, kind: 'PodTemplate', template: slimTemplate(object(raw['template']), context) };
}

function slimTemplate(raw: JsonObject, context: SlimContext): PodTemplate {
  const metadata = object(raw['metadata']);
  return context.share({
    labels: context.labels(metadata['labels']),
    annotations: keptAnnotations(metadata['annotations'], context),
    spec: context.podSpecs.slim(object(raw['spec']), metadata, false),
  });
}

/** Names in a `[{name}]` list. */
export function names(value: unknown, context: SlimContext): readonly string[] {
  return list(value)
    .map((entry) => context.string(object(entry)['name']))
    .filter((name) => name !== '');
}
