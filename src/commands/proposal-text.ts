import type { SensitiveProposal } from '../analyses/sensitive/proposals.ts';

const HEAD = `# A draft by image, port and volume: read it, keep what is right. What is commented out is a guess.
apiVersion: k8sec/v1
sensitive:
`;

/** A config file that names some workloads by their claims, else by their labels, each with its confidence and why. */
export function proposalText(proposals: readonly SensitiveProposal[]): string {
  if (proposals.length === 0) return '# nothing looks like a database by image, port or volume\n';
  const byVolume = proposals.filter((one) => one.volumes.length > 0);
  const byLabel = proposals.filter((one) => one.volumes.length === 0 && one.labels !== null);
  const secrets = proposals.filter((one) => one.secrets.length > 0 && one.confidence !== 'low');
  return [
    HEAD,
    ...listText('volumes', byVolume, ({ volumes }) => volumes, reasonText),
    ...listText('labels', byLabel, ({ labels }) => (labels === null ? [] : [labels]), reasonText),
    ...listText(
      'secrets',
      secrets.map((one) => ({ ...one, confidence: 'low' })),
      (one) => one.secrets,
      ({ workload }) => `read by ${workload}; whoever else holds it would count as sensitive too`,
    ),
  ].join('');
}

function listText<T extends Pick<SensitiveProposal, 'confidence'>>(
  key: string,
  proposals: readonly T[],
  entriesOf: (one: T) => readonly string[],
  commentOf: (one: T) => string,
): readonly string[] {
  if (proposals.length === 0) return [];
  // A key without entries would be no list.
  const isEmpty = proposals.every((one) => one.confidence === 'low');
  const lines = proposals.flatMap((one) => [
    `    # ${commentOf(one)}\n`,
    ...entriesOf(one).map((entry) => `    ${one.confidence === 'low' ? '# ' : ''}- ${JSON.stringify(entry)}\n`),
  ]);
  return [`  ${isEmpty ? '# ' : ''}${key}:\n`, ...lines];
}

function reasonText({ confidence, workload, signs }: SensitiveProposal): string {
  return `${confidence}: ${workload}: ${signs.map((one) => `${one.text} (${one.confidence})`).join(', ')}`;
}
