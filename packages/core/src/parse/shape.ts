import type { z, ZodType } from 'zod';
import type { Report } from '../diagnostics/report.js';
import type { Located } from '../diagnostics/source.js';
import { resolvePlainScalar } from './plain-scalar.js';
import type { YamlNode, YamlScalar } from './yaml-tree.js';

/** Zod itself. Whoever asks for a schema hands it in, so that nobody else loads it: see docs/adr/0004. */
export type Zod = typeof z;

/** Words of JSON Schema for what zod checks by a function. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What reading a tree needs beside the tree. */
export interface Reading {
  readonly report: Report;
  /** The text of a scalar with its variables replaced, in a command but those of its shell; undefined when one is unknown (reported). */
  readonly replace: (scalar: YamlScalar, where: { readonly isCommand: boolean }) => string | undefined;
  /** What messages call the place that is read: "`port`", "an entry of `tasks`". */
  readonly label: string;
}

/**
 * What may stand at one place of a file: how it is read from the located tree, and its zod schema for values
 * without places, from which the JSON Schema comes. One object says both, lest they drift apart.
 */
export interface Shape<Value> {
  readonly schema: (zod: Zod) => ZodType;
  /** The value, undefined when it is wrong (reported). */
  readonly read: (node: YamlNode, reading: Reading) => Value | undefined;
}

/** What a shape reads. */
export type ValueOf<AnyShape> = AnyShape extends Shape<infer Value> ? Value : never;

/** A value that keeps its place. */
export function located<Value>(shape: Shape<Value>): Shape<Located<Value>> {
  return {
    schema: shape.schema,
    read(node, reading) {
      const value = shape.read(node, reading);
      return value === undefined ? undefined : { value, span: node.span };
    },
  };
}

/** A list; wrong items are reported and left out. */
export function list<Value>(item: Shape<Value>, itemsMin: 0 | 1 = 0): Shape<readonly Value[]> {
  return {
    schema: (zod) => zod.array(item.schema(zod)).min(itemsMin),
    read(node, reading) {
      if (node.kind !== 'list' || node.items.length < itemsMin) {
        reject(node, itemsMin > 0 ? 'a list with at least one entry' : 'a list', reading);
        return undefined;
      }
      const label = `an entry of ${reading.label}`;
      return node.items.flatMap((entry) => item.read(entry, { ...reading, label }) ?? []);
    },
  };
}

/** One thing or a list of it: the kind of the node says which. */
export function oneOrList<Value>(item: Shape<Value>): Shape<readonly Value[]> {
  const many = list(item);
  return {
    schema: (zod) => zod.union([item.schema(zod), many.schema(zod)]),
    read(node, reading) {
      if (node.kind === 'list') return many.read(node, reading);
      const value = item.read(node, reading);
      return value === undefined ? undefined : [value];
    },
  };
}

/** Reports that something else was expected. */
export function reject(node: YamlNode, expected: string, reading: Reading): void {
  reading.report.add({
    code: 'parse/bad-value',
    message: `${capitalise(reading.label)} must be ${expected}, but is ${describeNode(node)}.`,
    span: node.span,
    help: helpFor(node, expected),
  });
}

/** True for a scalar that says nothing: `key:`, `~`, `null`. */
export function isNothing(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.plain && resolvePlainScalar(node.text) === null;
}

/** What somebody would call a value: `the number 3`, `a mapping`, `empty`. */
export function describeNode(node: YamlNode): string {
  if (node.kind === 'mapping') return 'a mapping';
  if (node.kind === 'list') return node.items.length === 0 ? 'an empty list' : 'a list';
  const meaning = node.plain ? resolvePlainScalar(node.text) : node.text;
  if (meaning === null || meaning === '') return 'empty';
  if (typeof meaning === 'number') return `the number ${node.text}`;
  return typeof meaning === 'boolean' ? node.text : `the text "${shorten(node.text)}"`;
}

/** The first letter as at the start of a sentence. */
export function capitalise(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function helpFor(node: YamlNode, expected: string): string | undefined {
  if (node.kind === 'mapping' && expected.startsWith('a list')) return mappingHelp;
  if (node.kind !== 'scalar' || node.text === '') return undefined;
  if (expected.startsWith('a list')) return listHelp(node.text);
  const quotedFlag = !node.plain && typeof resolvePlainScalar(node.text) === 'boolean';
  if (quotedFlag && expected === 'true or false') return `Write ${node.text} without quotes.`;
  return helpByExpectation.find(([start]) => expected.startsWith(start))?.[1];
}

const helpByExpectation: readonly (readonly [string, string])[] = [
  ['a whole number', 'Write a number such as 2, or leave the key out for its default.'],
  ['a duration', 'Write for example 90s or 5m, or leave the key out for its default.'],
  ['true or false', 'Write true or false, without quotes, or leave the key out for its default.'],
];

const mappingHelp = 'Write each entry on lines of its own, its first with `- ` before it.';

function listHelp(written: string): string {
  const shellLine = /[&|;<>$`"'*]/.test(written);
  return shellLine
    ? 'Write it as a list with one entry per word; a line for a shell is [sh, -c, "…"].'
    : `Write it as a list: [${shorten(written.trim().replace(/[\s,]+/g, ', '))}].`;
}

function shorten(written: string): string {
  const line = written.replace(/\s+/g, ' ').trim();
  return line.length <= 40 ? line : `${line.slice(0, 39)}…`;
}
