import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { exactText } from '../../src/kube/exact-text.ts';
import { isClean } from '../../src/kube/sanitise.ts';
import { shellWord } from '../../src/kube/shell-word.ts';
import { buildRemedies } from '../../src/remedy/build.ts';
import { kubectl } from '../../src/remedy/kubectl.ts';
import { toYaml } from '../../src/remedy/to-yaml.ts';
import { engineOf } from './case-engine.ts';

const NAMES = [
  'evil\u200b',
  'evil\\u200b',
  'evil\u001b[2J',
  'a: "b"',
  "it's",
  'a;reboot',
  '$(reboot)',
  '`reboot`',
  'CORP\\ursula',
  '\u{e0041}',
  'größe',
  '',
  'two\nlines',
  "\u202e\\'",
];

describe('a remedy for an object whose name cannot be shown as it is', () => {
  test.each(NAMES)('is written for the name %j itself, and safe to show', (name) => {
    const yaml = toYaml(
      [{ kind: 'ClusterRole', metadata: { name: exactText(name), labels: { [exactText(name)]: 'x' } } }],
      [],
    );
    expect(isClean(yaml.replaceAll('\n', ''))).toBe(true);
    expect(parse(yaml)).toEqual({ kind: 'ClusterRole', metadata: { name, labels: { [name]: 'x' } } });
  });

  test.each(NAMES)('names %j as one word of a command', (name) => {
    const word = shellWord(exactText(name));
    expect(isClean(word)).toBe(true);
    const shown = execFileSync('bash', ['-c', `printf %s ${word}`], {
      env: { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] },
    });
    expect(shown.toString()).toBe(name);
  });

  test('is a document of the same names, whatever they hold', () => {
    const name = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(name, (raw) => {
        const yaml = toYaml([{ metadata: { name: exactText(raw) } }], []);
        expect(isClean(yaml.replaceAll('\n', ''))).toBe(true);
        expect(parse(yaml)).toEqual({ metadata: { name: raw } });
      }),
    );
  });

  test('no remedy writes a name into a command as it is', () => {
    const name = 'web;reboot';
    const metadata = { name, namespace: name, labels: { app: 'web' } };
    const spec = { containers: [{ name, image: 'app:latest', securityContext: { privileged: true } }] };
    const objects = [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
      { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: { app: 'wbe' }, type: 'NodePort' } },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { DB_PASSWORD: 'kV8!hq2Zr93xLm' } },
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata,
        spec: { podSelector: { matchLabels: { app: 'wbe' } } },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata,
        spec: { selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec } },
      },
    ];
    const engine = engineOf(objects.map((one) => JSON.stringify(one)).join('\n---\n'));
    const commands = [...engine.findings.values()].flatMap((finding) =>
      buildRemedies(engine, finding).flatMap((remedy) => remedy.commands),
    );
    expect(commands.length).toBeGreaterThan(8);
    const bare = commands.filter((command) => command.replaceAll(/'[^']*'/g, '').includes(';reboot'));
    expect(bare).toEqual([]);
  });

  test('a name that reads as an option stands behind its kind', () => {
    expect(kubectl`delete ${'clusterrole'} ${'--all'}`).toBe('kubectl delete clusterrole/--all');
    expect(kubectl`-n ${'shop'} delete secret ${'a b'}`).toBe("kubectl -n shop delete secret 'a b'");
  });
});
