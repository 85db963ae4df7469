import type { Report } from '../diagnostics/report.js';
import type { Located } from '../diagnostics/source.js';
import { isOctalLookalike, resolvePlainScalar } from './plain-scalar.js';
import { holdsVariable } from './variables.js';
import type { YamlNode, YamlScalar } from './yaml-tree.js';

/** A JSON Schema, as far as this format needs the language. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What reading a tree needs beside the tree. */
export interface Reading {
  readonly report: Report;
  /** The text of a scalar with its variables replaced; undefined when one is unknown (reported). */
  readonly replace: (scalar: YamlScalar) => string | undefined;
}

/**
 * What may stand at one place of a file: how it is read and how it is described to editors. Both come from the same object, so that
 * the parser and the JSON Schema cannot disagree.
 */
export interface Shape<Value> {
  readonly schema: JsonSchema;
  /** The value, undefined when it is wrong (reported). `label` names the place in messages: "`port`". */
  readonly read: (node: YamlNode, label: string, reading: Reading) => Value | undefined;
}

/** What a shape reads. */
export type ValueOf<AnyShape> = AnyShape extends Shape<infer Value> ? Value : never;

/** Text that `${…}` makes a value only when the file is read. */
const variableSchema: JsonSchema = { type: 'string', pattern: '\\$\\{' };

/** Any scalar but nothing, as it is written: `1.10` is "1.10", `yes` is "yes". */
export const text: Shape<string> = {
  schema: { type: ['string', 'number', 'boolean'] },
  read: (node, label, reading) => readText(node, label, reading, 'text'),
};

/** Text with at least one character. */
export const word: Shape<string> = {
  schema: { type: ['string', 'number', 'boolean'], minLength: 1 },
  read(node, label, reading) {
    const value = readText(node, label, reading, 'text');
    return value === '' ? reject(node, label, reading, 'text') : value;
  },
};

/** As text, but nothing at all is empty text: `value:`. */
export const optionalText: Shape<string> = {
  schema: { type: ['string', 'number', 'boolean', 'null'] },
  read: (node, label, reading) =>
    node.kind === 'scalar' && isNothing(node) ? '' : readText(node, label, reading, 'text'),
};

/** true or false in one of YAML's words, unquoted. */
export const flag: Shape<boolean> = {
  schema: { anyOf: [{ type: 'boolean' }, variableSchema] },
  read(node, label, reading) {
    const expected = 'true or false';
    if (node.kind !== 'scalar') return reject(node, label, reading, expected);
    const written = reading.replace(node);
    if (written === undefined) return undefined;
    const meaning = resolvePlainScalar(written);
    if (typeof meaning !== 'boolean') return reject(node, label, reading, expected);
    if (node.plain || holdsVariable(node.text)) return meaning;
    return reject(node, label, reading, `${expected} without quotes`);
  },
};

/** A whole number in a range, quoted or not; octal as kubectl reads it, with a warning. */
export function integer(range: { readonly from: number; readonly to?: number }): Shape<number> {
  const { from, to = 2_147_483_647 } = range;
  const expected =
    range.to === undefined ? `a whole number, ${from} or more` : `a whole number from ${from} to ${to}`;
  return {
    schema: {
      anyOf: [
        { type: 'integer', minimum: from, maximum: to },
        { type: 'string', pattern: '^\\d+$' },
        variableSchema,
      ],
    },
    read(node, label, reading) {
      if (node.kind !== 'scalar') return reject(node, label, reading, expected);
      const written = reading.replace(node);
      if (written === undefined) return undefined;
      const value = node.plain ? resolvePlainScalar(written) : decimalOf(written);
      if (typeof value !== 'number' || !Number.isInteger(value) || value < from || value > to) {
        return reject(node, label, reading, expected);
      }
      if (node.plain && isOctalLookalike(written)) warnOfOctal(node, value, reading);
      return value;
    },
  };
}

/** One of a few words. */
export function choice<const Word extends string>(words: readonly Word[]): Shape<Word> {
  const expected = words.map((known) => `"${known}"`).join(' or ');
  return {
    schema: { anyOf: [{ enum: words }, variableSchema] },
    read(node, label, reading) {
      const value = readText(node, label, reading, expected);
      const found = words.find((known) => known === value);
      return found ?? (value === undefined ? undefined : reject(node, label, reading, expected));
    },
  };
}

/** Text that `convert` understands; it answers undefined when it does not. */
export function converted<Value>(options: {
  readonly expected: string;
  readonly schema: JsonSchema;
  readonly convert: (text: string) => Value | undefined;
}): Shape<Value> {
  return {
    schema: { anyOf: [options.schema, variableSchema] },
    read(node, label, reading) {
      const value = readText(node, label, reading, options.expected);
      if (value === undefined) return undefined;
      return options.convert(value) ?? reject(node, label, reading, options.expected);
    },
  };
}

/** A value that keeps its place. */
export function located<Value>(shape: Shape<Value>): Shape<Located<Value>> {
  return {
    schema: shape.schema,
    read(node, label, reading) {
      const value = shape.read(node, label, reading);
      return value === undefined ? undefined : { value, span: node.span };
    },
  };
}

/** A list; wrong items are reported and left out. */
export function list<Value>(item: Shape<Value>, itemsMin = 0): Shape<readonly Value[]> {
  return {
    schema: { type: 'array', items: item.schema, ...(itemsMin > 0 && { minItems: itemsMin }) },
    read(node, label, reading) {
      if (node.kind !== 'list') return reject(node, label, reading, 'a list');
      if (node.items.length < itemsMin) return reject(node, label, reading, 'a list with at least one entry');
      return node.items.flatMap((entry) => {
        const value = item.read(entry, `an entry of ${label}`, reading);
        return value === undefined ? [] : [value];
      });
    },
  };
}

/** A scalar as it stands, its variables not replaced. */
export const scalar: Shape<YamlScalar> = {
  schema: text.schema,
  read: (node, label, reading) => (node.kind === 'scalar' ? node : reject(node, label, reading, 'text')),
};

/** One thing or a list of it: which one, the kind of the node decides. */
export function oneOrList<Value>(item: Shape<Value>): Shape<readonly Value[]> {
  const many = list(item);
  return {
    schema: { anyOf: [item.schema, many.schema] },
    read(node, label, reading) {
      if (node.kind === 'list') return many.read(node, label, reading);
      const value = item.read(node, label, reading);
      return value === undefined ? undefined : [value];
    },
  };
}

/** Reports that something else was expected. Always undefined, so that a reader can return it. */
export function reject(node: YamlNode, label: string, reading: Reading, expected: string): undefined {
  reading.report.add({
    code: 'parse/bad-value',
    message: `${capitalise(label)} must be ${expected}, but is ${describeNode(node)}.`,
    span: node.span,
    help: helpFor(node, expected),
  });
  return undefined;
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

function readText(node: YamlNode, label: string, reading: Reading, expected: string): string | undefined {
  if (node.kind !== 'scalar' || isNothing(node)) return reject(node, label, reading, expected);
  return reading.replace(node);
}

function decimalOf(written: string): number | undefined {
  return /^\d+$/.test(written) ? Number(written) : undefined;
}

function warnOfOctal(node: YamlScalar, value: number, reading: Reading): void {
  reading.report.add({
    code: 'parse/octal-number',
    message: `${node.text} starts with a zero, so it is octal: ${value}.`,
    help: `Write ${value}, or ${node.text.replace(/^([-+]?)0+/, '$1')} if that was meant.`,
    span: node.span,
  });
}

function helpFor(node: YamlNode, expected: string): string | undefined {
  if (node.kind === 'scalar' && node.text !== '' && expected.startsWith('a list')) {
    return `Write [${shorten(node.text)}] for a list with this one entry.`;
  }
  return undefined;
}

function capitalise(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function shorten(written: string): string {
  const line = written.replace(/\s+/g, ' ').trim();
  return line.length <= 40 ? line : `${line.slice(0, 39)}…`;
}
