import { credentialInLine, judgeCredential } from '../../kube/credential-detector.ts';
import { portFromSibling } from '../../kube/host-reference.ts';
import type { SecretReference } from '../../model/objects.ts';
import type { CredentialSuspect, HostReference } from '../../model/pod-spec.ts';
import { handlersOf } from './container.ts';
import type { Interner } from './interner.ts';
import { list, object, objects, text, type JsonObject } from './json-reading.ts';
import { secretArgument } from './secret-references.ts';
import { readText, type TextFacts } from './text-facts.ts';

/** Bounds for one pod specification, so that a hostile one can't fill the memory. */
const MAX_FACTS = 256;

export interface PodFacts {
  readonly references: readonly HostReference[];
  readonly credentials: readonly CredentialSuspect[];
  /** Secrets that arguments and env variables name; namespace '' is the pod's own. */
  readonly secrets: readonly SecretReference[];
}

/** What env values, arguments, commands and probe handlers say; after this the values themselves are forgotten. */
export function podFacts(spec: JsonObject, interner: Interner): PodFacts {
  const references: HostReference[] = [];
  const credentials: CredentialSuspect[] = [];
  const secrets = new Map<string, SecretReference>();
  for (const field of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const container of objects(spec[field])) {
      const facts = containerFacts(container, interner);
      references.push(...facts.references);
      credentials.push(...facts.credentials);
      for (const secret of facts.secrets) secrets.set(`${secret.namespace}/${secret.name}`, secret);
    }
  }
  return {
    references: references.slice(0, MAX_FACTS),
    credentials: credentials.slice(0, MAX_FACTS),
    secrets: [...secrets.values()].slice(0, MAX_FACTS),
  };
}

function containerFacts(container: JsonObject, interner: Interner): PodFacts {
  const name = interner.string(container['name']);
  const references: HostReference[] = [];
  const credentials: CredentialSuspect[] = [];
  const secrets: SecretReference[] = [];
  const noteSecret = (key: string, value: string): void => {
    const secret = secretArgument(key, value);
    if (secret !== null) {
      secrets.push({ namespace: interner.string(secret.namespace), name: interner.string(secret.name) });
    }
  };
  const note = (facts: TextFacts, where: string, key: string): void => {
    for (const { host, port } of facts.hosts) {
      references.push({ host: interner.string(host), port, from: interner.string(where) });
    }
    for (const suspect of facts.credentials) {
      credentials.push({
        where: interner.string(where),
        container: name,
        key: interner.string(suspect.name || key),
        rule: suspect.rule,
        lengthClass: suspect.lengthClass,
      });
    }
  };
  for (const variable of objects(container['env'])) noteSecret(text(variable['name']), text(variable['value']));
  for (const [flag, value] of flagsOf([...list(container['command']), ...list(container['args'])].map(text))) {
    noteSecret(flag, value);
  }
  envFacts(container, (facts, key) => note(facts, `env ${key} of container ${name}`, key));
  for (const field of ['command', 'args']) {
    argumentFacts(list(container[field]), (facts, key) => note(facts, `${field} of container ${name}`, key || field));
  }
  for (const [path, handler] of handlersOf(container)) {
    handlerFacts(handler, (facts, key) => note(facts, `${path} of container ${name}`, key || path));
  }
  return { references, credentials, secrets };
}

type Note = (facts: TextFacts, key: string) => void;

function envFacts(container: JsonObject, note: Note): void {
  const values = new Map<string, string>();
  for (const variable of objects(container['env'])) {
    const value = text(variable['value']);
    if (value !== '') values.set(text(variable['name']), value);
  }
  for (const [key, value] of values) {
    const facts = readText(key, value);
    const port = portFromSibling(key, values);
    const hosts = facts.hosts.map((entry) => (entry.port === null && port !== null ? { ...entry, port } : entry));
    // A variable is one literal to replace, whatever its text names inside.
    note({ hosts, credentials: facts.credentials.map((suspect) => ({ ...suspect, name: '' })) }, key);
  }
}

const FLAG = /^--?([A-Za-z][\w.-]*)(?:=([\s\S]*))?$/;

/** The flags of a command line with their values. */
function flagsOf(words: readonly string[]): (readonly [flag: string, value: string])[] {
  return words.flatMap((word, at) => {
    const [, flag, value = words[at + 1] ?? ''] = FLAG.exec(word) ?? [];
    return flag === undefined ? [] : [[flag, value] as const];
  });
}

/** `--flag=value`, `--flag value`, and shell text. A flag's own name is its key. */
function argumentFacts(values: readonly unknown[], note: Note): void {
  const words = values.map(text);
  for (const [at, word] of words.entries()) {
    const flag = FLAG.exec(word);
    if (flag?.[2] !== undefined) {
      note(readText(flag[1] ?? '', flag[2]), flag[1] ?? '');
      continue;
    }
    const before = FLAG.exec(words[at - 1] ?? '');
    const valueOf = flag === null && before !== null && before[2] === undefined ? (before[1] ?? '') : '';
    const facts = readText(valueOf, word);
    const inline =
      facts.credentials.length === 0 && word.length >= 8 ? credentialInLine(word.replaceAll('\n', ' ')) : null;
    note(inline === null ? facts : { ...facts, credentials: [inline] }, valueOf);
  }
}

function handlerFacts(handler: JsonObject, note: Note): void {
  argumentFacts(list(object(handler['exec'])['command']), note);
  for (const header of objects(object(handler['httpGet'])['httpHeaders'])) {
    const key = text(header['name']);
    const verdict = judgeCredential(key, text(header['value']));
    if (verdict !== null) note({ hosts: [], credentials: [{ name: key, ...verdict }] }, key);
  }
}
