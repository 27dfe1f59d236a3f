import { describe, expect, it } from 'vitest';
import { ConfigError, DEFAULT_CONFIG, parseConfig } from '../../src/config/config.ts';
import { waiverOf, type Waiver } from '../../src/config/waivers.ts';
import { glob } from '../../src/kube/glob.ts';
import type { Finding } from '../../src/model/finding.ts';

describe('parseConfig', () => {
  it('reads waivers, namespaces and settings', () => {
    const config = parseConfig(
      `apiVersion: k8sec/v1
namespaces: [shop, data]
burst: {count: 20}
deployers: ['system:serviceaccount:ci:*']
theme: mono
waivers:
  - rule: network/no-ingress-isolation
    subject: Deployment shop/*
    until: 2027-01-31
    reason: the mesh isolates them
`,
      'k8sec.yaml',
    );
    expect(config).toEqual({
      ...DEFAULT_CONFIG,
      namespaces: ['shop', 'data'],
      burst: 20,
      deployers: ['system:serviceaccount:ci:*'],
      theme: 'mono',
      waivers: [
        {
          rule: 'network/no-ingress-isolation',
          subject: 'Deployment shop/*',
          cluster: '*',
          key: '*',
          until: Date.parse('2027-01-31T00:00:00Z'),
          reason: 'the mesh isolates them',
        },
      ],
    });
  });

  it.each([
    ['apiVersion: k8sec/v1\nwaviers: []\n', 'k8sec.yaml:2: unknown key waviers; did you mean waivers?'],
    ['apiVersion: k8sec/v2\n', 'k8sec.yaml:1: apiVersion must be k8sec/v1'],
    ['apiVersion: k8sec/v1\nwaivers:\n  - rule: x\n', 'k8sec.yaml:3: a waiver needs a reason'],
    ['apiVersion: k8sec/v1\nwaivers:\n  - {rule: x, reason: y, untill: z}\n', 'did you mean until?'],
    ['apiVersion: k8sec/v1\nwaivers:\n  - {rule: x, reason: y, until: soon}\n', 'until must be a date'],
    ['apiVersion: k8sec/v1\nburst: {count: lots}\n', 'k8sec.yaml:2: burst.count must be a whole number from 2'],
    ['apiVersion: k8sec/v1\nburst:\n  count: 1\n', 'k8sec.yaml:3: burst.count must be a whole number from 2'],
    ['apiVersion: k8sec/v1\nburst: {cuont: 5}\n', 'k8sec.yaml:2: unknown key cuont; did you mean count?'],
    ['apiVersion: k8sec/v1\nburst: 5\n', 'k8sec.yaml:2: burst: a map is expected here'],
    ['apiVersion: k8sec/v1\nnamespaces: shop\n', 'k8sec.yaml:2: namespaces must be a list'],
    ['apiVersion: k8sec/v1\nnamespaces:\n- a\n- 5\n', 'k8sec.yaml:4: namespaces holds texts only'],
    ['apiVersion: k8sec/v1\ntheme: dark\n', 'k8sec.yaml:2: theme must be one of default, mono, colour-blind'],
    ['apiVersion: k8sec/v1\nwaivers:\n  - just a text\n', 'k8sec.yaml:3: waivers.0: a map is expected here'],
    ['apiVersion: k8sec/v1\nsensitive: {secret: []}\n', 'k8sec.yaml:2: unknown key secret; did you mean secrets?'],
    ['apiVersion: k8sec/v1\nsensitive:\n  labels: [a b]\n', 'k8sec.yaml:3: a b is no label selector'],
    ['apiVersion: k8sec/v1\nsensitive:\n  volumes: [pgdata]\n', 'k8sec.yaml:3: pgdata must be namespace/name'],
    ['namespaces: [shop]\n', 'k8sec.yaml:1: apiVersion must be k8sec/v1'],
    ['apiVersion: k8sec/v1\nattest:\n- {fact: cis-kubernetes/3.2.9}\n', 'did you mean cis-kubernetes/3.2.'],
    [
      'apiVersion: k8sec/v1\nattest:\n- {fact: cis-kubernetes/3.2.1, value: true, by: a, evidence: b}\n',
      'k8sec.yaml:3: an attestation needs until, a date',
    ],
    [
      'apiVersion: k8sec/v1\nattest:\n- {fact: cis-kubernetes/3.2.1, value: maybe, by: a, evidence: b, until: 2027-01-01}\n',
      'k8sec.yaml:3: value must be true (met) or false',
    ],
    ['apiVersion: k8sec/v1\nrotation:\n- {days: 0}\n', 'k8sec.yaml:3: rotation needs days, a whole number from 1'],
    ['apiVersion: k8sec/v1\nrotation:\n- {days: 9, labels: {a: 1}}\n', 'labels holds texts only'],
    [
      'apiVersion: k8sec/v1\nlabels:\n  include: [ConfigMap, Pods]\n',
      'k8sec.yaml:3: Pods: labels.include takes ConfigMap and Secret',
    ],
    ['apiVersion: k8sec/v1\nlabels: {include: Secret}\n', 'k8sec.yaml:2: labels.include must be a list'],
    ['apiVersion: k8sec/v1\nlabels: [team]\n', 'k8sec.yaml:2: labels: a map is expected here'],
    ['apiVersion: k8sec/v1\nlabels: {requierd: []}\n', 'unknown key requierd; did you mean required?'],
    ['apiVersion: k8sec/v1\nlabels:\n  owner: a b\n', 'k8sec.yaml:3: a b: the key of a label name part must'],
    ['apiVersion: k8sec/v1\nlabels:\n  required:\n  - team\n', 'k8sec.yaml:4: labels.required.0: a map is expected'],
    ['apiVersion: k8sec/v1\nlabels:\n  required:\n  - {values: [a]}\n', 'k8sec.yaml:4: a required label needs its key'],
    ['apiVersion: k8sec/v1\nlabels:\n  required:\n  - {key: 7}\n', 'k8sec.yaml:4: the key of a label must be a text'],
    [
      'apiVersion: k8sec/v1\nlabels:\n  required:\n  - {key: team, vlaues: [a]}\n',
      'k8sec.yaml:4: unknown key vlaues; did you mean values?',
    ],
    [
      'apiVersion: k8sec/v1\nlabels:\n  required:\n  - key: team\n    values: []\n',
      'k8sec.yaml:5: values must not be empty: leave it out for any',
    ],
    [
      'apiVersion: k8sec/v1\nlabels:\n  required:\n  - {key: team, values: [a b]}\n',
      'k8sec.yaml:4: a b: a label value must consist of',
    ],
    [
      'apiVersion: k8sec/v1\nlabels:\n  required:\n  - {key: team, namespaces: [Shop]}\n',
      'k8sec.yaml:4: Shop: a namespace holds a-z',
    ],
    [
      'apiVersion: k8sec/v1\nlabels:\n  required:\n  - {key: team, kinds: [Node]}\n',
      'k8sec.yaml:4: Node: kinds must be of Deployment, StatefulSet',
    ],
    ['- a\n', 'k8sec.yaml:1: the file: a map is expected here'],
    ['a: [\n', 'k8sec.yaml:'],
  ])('%j is an error with its line', (text, message) => {
    expect(() => parseConfig(text, 'k8sec.yaml')).toThrow(ConfigError);
    expect(() => parseConfig(text, 'k8sec.yaml')).toThrow(message);
  });

  it('refuses keys instead of ignoring it', () => {
    expect(() => parseConfig('apiVersion: k8sec/v1\nkeys: {}\n', 'k8sec.yaml')).toThrow(
      'k8sec.yaml:2: keys is not supported in this version',
    );
  });

  it('reads required labels, without limits where none are given', () => {
    const text = `apiVersion: k8sec/v1
labels:
  owner: team
  include: [Secret]
  required:
    - {key: team, values: [pay, shop], namespaces: ['pay-*'], kinds: [Deployment, Pod]}
    - {key: example.com/tier}
`;
    expect(parseConfig(text, 'k8sec.yaml').labels).toEqual({
      owner: 'team',
      include: ['Secret'],
      required: [
        { key: 'team', values: ['pay', 'shop'], namespaces: ['pay-*'], kinds: ['Deployment', 'Pod'] },
        { key: 'example.com/tier', values: [], namespaces: [], kinds: [] },
      ],
    });
  });

  it('takes an empty file as no settings', () => {
    expect(parseConfig('', 'k8sec.yaml')).toEqual(DEFAULT_CONFIG);
  });
});

describe('glob', () => {
  it.each([
    ['*', '', true],
    ['a*c', 'abc', true],
    ['a*c', 'ac', true],
    ['a*a', 'a', false],
    ['Deployment shop/*', 'Deployment shop/cart', true],
    ['Deployment shop/*', 'Deployment data/cart', false],
    ['*b*b*', 'abcb', true],
    ['*b*b*', 'ab', false],
    ['exact', 'exactly', false],
    [`${'*a'.repeat(40)}b`, 'a'.repeat(5_000), false],
  ])('%s against %s: %s', (pattern, text, expected) => {
    expect(glob(pattern, text)).toBe(expected);
  });
});

describe('waiverOf', () => {
  const finding = {
    rule: 'network/no-ingress-isolation',
    subject: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'cart' },
  } as Finding;
  const waiver: Waiver = {
    rule: 'network/*',
    subject: 'Deployment shop/cart',
    cluster: '*',
    key: '*',
    until: 1_000,
    reason: 'known',
  };

  it('covers until its end, which is exclusive', () => {
    expect(waiverOf(finding, [waiver], { now: 999, cluster: 'prod' })).toBe(waiver);
    expect(waiverOf(finding, [waiver], { now: 1_000, cluster: 'prod' })).toBeNull();
  });

  it('covers only its cluster', () => {
    const other = { ...waiver, cluster: 'dev-*' };
    expect(waiverOf(finding, [other], { now: 0, cluster: 'prod' })).toBeNull();
    expect(waiverOf(finding, [other], { now: 0, cluster: 'dev-1' })).toBe(other);
  });
});
