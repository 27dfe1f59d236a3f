/** In which shape a client wants objects. */
export type Form = 'json' | 'table' | 'partial' | 'partial-list';

const FORMS: Readonly<Record<string, Form>> = {
  Table: 'table',
  PartialObjectMetadata: 'partial',
  PartialObjectMetadataList: 'partial-list',
};

interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

function parseAccept(accept: string | undefined): MediaRange[] {
  return (accept ?? '*/*').split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    return {
      type: type.toLowerCase(),
      parameters: new Map(parameters.map((parameter) => parameterOf(parameter))),
    };
  });
}

function parameterOf(text: string): [string, string] {
  const [name = '', value = ''] = text.split('=', 2);
  return [name, value];
}

function isJson(range: MediaRange): boolean {
  return range.type === 'application/json' || range.type === '*/*' || range.type === 'application/*';
}

/**
 * The first form in the Accept header that this request can be answered in; an `as` that is not offered is skipped, so
 * without a plain fallback there is none (the API server's NegotiateMediaTypeOptions does the same).
 *
 * @param offered the forms that the request allows
 * @returns undefined where the answer must be 406
 */
export function negotiateForm(accept: string | undefined, offered: readonly Form[]): Form | undefined {
  for (const range of parseAccept(accept)) {
    if (!isJson(range)) continue;
    const as = range.parameters.get('as');
    if (as === undefined) return 'json';
    if (range.parameters.get('g') !== 'meta.k8s.io' || range.parameters.get('v') !== 'v1') continue;
    const form = FORMS[as];
    if (form !== undefined && offered.includes(form)) return form;
  }
  return undefined;
}

/** Whether the client prefers aggregated discovery, version 2, to the legacy documents. */
export function wantsAggregatedDiscovery(accept: string | undefined): boolean {
  for (const range of parseAccept(accept)) {
    if (!isJson(range)) continue;
    const as = range.parameters.get('as');
    if (as === undefined) return false;
    if (as === 'APIGroupDiscoveryList' && range.parameters.get('v') === 'v2') return true;
  }
  return false;
}

/** Whether a body may be compressed for this client. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return (acceptEncoding ?? '').split(',').some((coding) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(coding));
}
