import { describe, expect, it } from 'vitest';
import { effectiveMinor, levelVersionText, namespacePolicy } from '../../src/kube/pod-security-namespace.ts';

const P = 'pod-security.kubernetes.io/';

function texts(labels: Record<string, string>): readonly string[] {
  const { enforce, audit, warn } = namespacePolicy(labels);
  return [enforce, audit, warn].map(levelVersionText);
}

describe('labels of a namespace', () => {
  it('falls back to privileged without labels', () => {
    expect(texts({})).toEqual(['privileged:latest', 'privileged:latest', 'privileged:latest']);
    expect(namespacePolicy({}).labelled).toEqual([]);
  });

  it('warns at the enforced level, unless a warn label says otherwise', () => {
    expect(texts({ [`${P}enforce`]: 'baseline', [`${P}enforce-version`]: 'v1.30' })).toEqual([
      'baseline:v1.30',
      'privileged:latest',
      'baseline:v1.30',
    ]);
    expect(texts({ [`${P}enforce`]: 'baseline', [`${P}warn`]: 'privileged' })[2]).toBe('privileged:latest');
    expect(
      texts({ [`${P}enforce`]: 'baseline', [`${P}enforce-version`]: 'v1.30', [`${P}warn-version`]: 'v1.31' })[2],
    ).toBe('baseline:v1.31');
  });

  it('closes on an invalid enforce level and opens on an invalid audit or warn level', () => {
    const labels = {
      [`${P}enforce`]: 'Restricted',
      [`${P}audit`]: 'x',
      [`${P}warn`]: 'y',
      [`${P}warn-version`]: '1.30',
    };
    expect(texts(labels)).toEqual(['restricted:latest', 'privileged:latest', 'privileged:latest']);
    expect(namespacePolicy(labels).invalid.map((one) => one.label)).toEqual([
      `${P}enforce`,
      `${P}audit`,
      `${P}warn`,
      `${P}warn-version`,
    ]);
  });

  it.each(['v1.01', 'v2.0', 'v1.', '1.30', 'v1.30.1', 'V1.30', ''])('refuses the version %j', (version) => {
    const policy = namespacePolicy({ [`${P}enforce`]: 'baseline', [`${P}enforce-version`]: version });
    expect(policy.invalid).toHaveLength(1);
    expect(policy.enforce.version).toBe('latest');
  });

  it('never evaluates at a version newer than the server', () => {
    expect(effectiveMinor('latest', 34)).toBe(34);
    expect(effectiveMinor(36, 34)).toBe(34);
    expect(effectiveMinor(30, 34)).toBe(30);
  });
});
