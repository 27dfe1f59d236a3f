import { cutAnnotatedCopies, cutManagedFields } from './cut-bytes.ts';
import { objectOf, objectsOf, textOf, type JsonObject } from './json-shape.ts';
import type { KindPlan } from './kinds.ts';
import type { PodPageReader } from './pod-page.ts';
import type { TableReader } from './table-rows.ts';

/** What a list says about itself. */
export interface ListHead {
  readonly resourceVersion: string;
  /** The token of the next page; '' on the last one. */
  readonly continueToken: string;
}

export interface ListPage extends ListHead {
  readonly items: readonly JsonObject[];
}

/** Typed lists begin with their metadata; a token is rarely longer than a few hundred bytes. */
const HEAD_BYTES = 4096;
const HEAD = /^\{"kind":"\w+","apiVersion":"[\w./-]+","metadata":(\{[^{}]*\}),"(?:items|columnDefinitions|rows)":/;

/**
 * The head of a list, read without parsing the rest, so that the next page can be on its way meanwhile.
 *
 * @returns null where the list begins otherwise (custom resources end with their metadata)
 */
export function headOfList(bytes: Buffer): ListHead | null {
  const match = HEAD.exec(bytes.toString('latin1', 0, Math.min(bytes.length, HEAD_BYTES)));
  if (match?.[1] === undefined) return null;
  try {
    return headOf(JSON.parse(match[1]));
  } catch {
    return null;
  }
}

/**
 * Parses a page after cutting what the plan says.
 *
 * @param bytes overwritten
 * @throws SyntaxError where they are no JSON, as after a body that ended too early
 */
export function parsePage(bytes: Buffer, plan: KindPlan, table: TableReader, pods: PodPageReader | null): ListPage {
  const list = pods?.read(bytes) ?? objectOf(parseObject(bytes, plan));
  const items = plan.form === 'table' ? table.read(list) : objectsOf(list['items']);
  return { items, ...headOf(list['metadata']) };
}

/** Parses the bytes of one object or event after cutting what the plan says. */
export function parseObject(bytes: Buffer, plan: KindPlan): unknown {
  let kept = bytes;
  if (plan.form === 'table') kept = cutAnnotatedCopies(kept);
  if (plan.managedFields === 'cut') kept = cutManagedFields(kept);
  return JSON.parse(kept.toString()) as unknown;
}

function headOf(metadata: unknown): ListHead {
  const { resourceVersion, continue: token } = objectOf(metadata);
  return { resourceVersion: textOf(resourceVersion), continueToken: textOf(token) };
}
