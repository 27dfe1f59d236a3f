import { ConnectionError } from './connection-error.ts';
import { isJsonObject, type JsonObject } from './json-shape.ts';

/** Reads the fields of one object of a kubeconfig, and names file and field where one has the wrong type. */
export class Fields {
  readonly file: string;
  readonly #path: string;
  readonly #value: JsonObject;

  constructor(value: unknown, file: string, path: string) {
    this.file = file;
    this.#path = path;
    if (!isJsonObject(value)) {
      throw new ConnectionError(`${file}: ${path === '' ? 'the document' : path} must be an object`);
    }
    this.#value = value;
  }

  has(name: string): boolean {
    return this.raw(name) !== null;
  }

  /** The value as it came; null where absent. */
  raw(name: string): unknown {
    return this.#value[name] ?? null;
  }

  /** '' where absent. */
  text(name: string): string {
    return this.#text(this.raw(name) ?? '', name);
  }

  /** false where absent. */
  flag(name: string): boolean {
    const value = this.raw(name) ?? false;
    if (typeof value !== 'boolean') throw this.#wrong(name, 'true or false');
    return value;
  }

  fields(name: string): Fields {
    return new Fields(this.raw(name) ?? {}, this.file, this.#at(name));
  }

  list(name: string): Fields[] {
    return this.#array(name).map((value, index) => new Fields(value, this.file, `${this.#at(name)}[${index}]`));
  }

  texts(name: string): string[] {
    return this.#array(name).map((value, index) => this.#text(value, `${name}[${index}]`));
  }

  textMap(name: string): Record<string, string> {
    const map = this.raw(name) ?? {};
    if (typeof map !== 'object' || Array.isArray(map)) throw this.#wrong(name, 'an object');
    return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, this.#text(value, `${name}.${key}`)]));
  }

  textLists(name: string): Record<string, string[]> {
    const map = this.fields(name);
    return Object.fromEntries(Object.keys(map.#value).map((key) => [key, map.texts(key)]));
  }

  #array(name: string): readonly unknown[] {
    const value = this.raw(name) ?? [];
    if (!Array.isArray(value)) throw this.#wrong(name, 'a list');
    return value;
  }

  #text(value: unknown, name: string): string {
    if (typeof value !== 'string') throw this.#wrong(name, 'text (put it in quotes)');
    return value;
  }

  #at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  #wrong(name: string, expected: string): ConnectionError {
    return new ConnectionError(`${this.file}: ${this.#at(name)} must be ${expected}`);
  }
}
