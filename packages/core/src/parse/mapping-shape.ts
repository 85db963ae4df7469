import type { ZodObject, ZodType } from 'zod';
import { misspellingPattern } from './misspelling-pattern.js';
import { nearest } from '../diagnostics/nearest.js';
import { diagnosticCatalog, type DiagnosticCode, type Severity } from '../diagnostics/catalog.js';
import type { SourceSpan } from '../diagnostics/source.js';
import {
  capitalise,
  describeNode,
  isNothing,
  reject,
  type JsonSchema,
  type Reading,
  type Shape,
  type Zod,
} from './shape.js';
import type { YamlEntry, YamlMapping, YamlNode } from './yaml-tree.js';

/** One key of a mapping: its shape and what an editor says of it. */
export interface Key<Value> {
  readonly shape: Shape<Value>;
  readonly description: string;
  readonly required: boolean;
}

/** A key that may be left out. Outside `strict` mappings a key without a value (`key:`) counts as left out. */
export function optional<Value>(shape: Shape<Value>, description: string): Key<Value> {
  return { shape, description, required: false };
}

export function required<Value>(shape: Shape<Value>, description: string): Key<Value> {
  return { shape, description, required: true };
}

type Keys = Readonly<Record<string, Key<unknown>>>;

/** What a mapping held: a value per known key, undefined when it was left out or wrong (reported). */
export type Fields<Shapes extends Keys> = {
  readonly [Name in keyof Shapes]: Shapes[Name] extends Key<infer Value> ? Value | undefined : never;
};

/** A mapping as it was read. */
export interface MappingRead<Shapes extends Keys> {
  readonly fields: Fields<Shapes>;
  readonly node: YamlMapping;
}

/** Says something better than "unknown key" of a key that people write here. */
export interface MisplacedKey {
  readonly code: DiagnosticCode;
  /** Default: the code's. */
  readonly severity?: Severity;
  readonly message: string;
  readonly help: string;
  /** The key that people mean by it: where this one stands, that one is not missed as well. */
  readonly means?: string;
}

/** What must hold between the keys of a mapping. The reader of the mapping reports it at its place. */
export interface MappingRule {
  readonly message: string;
  readonly holds: (mapping: Readonly<Record<string, unknown>>) => boolean;
  /** The same for editors. */
  readonly schema: JsonSchema;
}

interface MappingOptions<Shapes extends Keys> {
  /** In messages: "a service". */
  readonly noun: string;
  readonly keys: Shapes;
  /** Keys of Release's template that are accepted and mean nothing here, with what they mean there. */
  readonly ignored?: Readonly<Record<string, string>>;
  readonly misplaced?: Readonly<Record<string, MisplacedKey>>;
  /** Inside workflows: every unknown key is an error, not a warning unless nearly a known one; no key is empty. */
  readonly strict?: boolean;
  /** Keys that start with `x-` are the author's own, e.g. to hold anchors. */
  readonly extensible?: boolean;
  readonly rule?: MappingRule;
}

/** A mapping with known keys. A wrong value leaves its field undefined, so that the rest is still checked. */
export function mapping<const Shapes extends Keys>(
  options: MappingOptions<Shapes>,
): Shape<MappingRead<Shapes>> {
  return {
    schema: (zod) => mappingSchema(options, zod),
    read(node, reading) {
      if (node.kind !== 'mapping') {
        rejectMapping(node, options, reading);
        return undefined;
      }
      for (const entry of node.entries) checkKey(entry, options, reading);
      const fields = Object.entries(options.keys).map(([name, key]) => [
        name,
        readField(name, key, { node, reading, strict: options.strict ?? false }),
      ]);
      const missing = Object.keys(options.keys).filter((name) => isMissing(name, options, node));
      for (const name of missing) reportMissing(name, options, { node, reading });
      return { fields: Object.fromEntries(fields) as Fields<Shapes>, node };
    },
  };
}

function readField(
  name: string,
  key: Key<unknown>,
  from: { readonly node: YamlMapping; readonly reading: Reading; readonly strict: boolean },
): unknown {
  const value = from.node.entries.find((entry) => entry.key === name)?.value;
  if (value === undefined || (isNothing(value) && !from.strict && !key.required)) return undefined;
  return key.shape.read(value, { ...from.reading, label: `\`${name}\`` });
}

// A misspelt key is one mistake: it is not reported as missing as well.
function isMissing(name: string, { keys, misplaced = {} }: MappingOptions<Keys>, node: YamlMapping): boolean {
  if (keys[name]?.required !== true) return false;
  return !node.entries.some(
    ({ key }) =>
      key === name ||
      (Object.hasOwn(misplaced, key) && misplaced[key]?.means === name) ||
      (!(key in keys) && nearest(key, [name]) !== undefined),
  );
}

function reportMissing(
  name: string,
  { noun, keys }: MappingOptions<Keys>,
  { node, reading }: { readonly node: YamlMapping; readonly reading: Reading },
): void {
  reading.report.add({
    code: 'parse/missing-key',
    message: `${capitalise(noun)} needs \`${name}\`.`,
    help: `Add \`${name}:\`. ${keys[name]?.description ?? ''}`,
    span: node.entries[0]?.keySpan ?? node.span,
  });
}

function checkKey(entry: YamlEntry, options: MappingOptions<Keys>, reading: Reading): void {
  const { keys, ignored = {}, misplaced = {}, noun, strict = false, extensible = false } = options;
  const { key, keySpan: span } = entry;
  if (Object.hasOwn(keys, key) || Object.hasOwn(ignored, key)) return;
  if (extensible && key.startsWith('x-')) return;
  const known = misplaced[key];
  if (Object.hasOwn(misplaced, key) && known !== undefined) {
    const { code, severity = diagnosticCatalog[code].severity, message, help } = known;
    reading.report.add({ code, severity, message, help, span });
    return;
  }
  const near = nearest(key, [...Object.keys(keys), ...Object.keys(ignored)]);
  reading.report.add({
    code: 'parse/unknown-key',
    severity: strict || near !== undefined ? 'error' : 'warning',
    message: `${capitalise(noun)} has no key "${key}"${strict || near !== undefined ? '' : '; it is ignored'}.`,
    help: near === undefined ? `Known keys: ${Object.keys(keys).join(', ')}.` : `Did you mean "${near}"?`,
    span,
  });
}

function rejectMapping(node: YamlNode, { noun, keys }: MappingOptions<Keys>, reading: Reading): void {
  const names = Object.keys(keys);
  const example = names.find((name) => keys[name]?.required === true) ?? names[0] ?? 'key';
  reading.report.add({
    code: 'parse/bad-value',
    message: `${capitalise(reading.label)} must be a mapping, but is ${describeNode(node)}.`,
    help: isNothing(node)
      ? `Give it its keys, or remove it.`
      : `Write the keys of ${noun}, e.g. \`${example}: …\`.`,
    span: node.span,
  });
}

function mappingSchema(options: MappingOptions<Keys>, zod: Zod): ZodType {
  const { strict = false, rule } = options;
  const fields = fieldSchemas(options, zod);
  const object = strict ? zod.strictObject(fields) : refuseMisspelt(options, zod.looseObject(fields));
  if (rule === undefined) return object;
  return object.refine(rule.holds, rule.message).meta(rule.schema);
}

function fieldSchemas(options: MappingOptions<Keys>, zod: Zod): Readonly<Record<string, ZodType>> {
  const { keys, ignored = {}, misplaced = {}, strict = false } = options;
  const known = Object.entries(keys).map(([name, key]) => [name, keySchema(key, { strict, zod })]);
  const accepted = Object.entries(ignored).map(([name, description]) => [
    name,
    zod.unknown().optional().describe(`${description}. Accepted, not used.`),
  ]);
  const wrong = Object.entries(misplaced).map(([name, { code, severity, message }]) => {
    const isError = (severity ?? diagnosticCatalog[code].severity) === 'error';
    return [name, (isError ? zod.never() : zod.unknown()).optional().describe(message)];
  });
  return Object.fromEntries([...known, ...accepted, ...wrong]) as Readonly<Record<string, ZodType>>;
}

function keySchema(
  { shape, description, required: needed }: Key<unknown>,
  { strict, zod }: { readonly strict: boolean; readonly zod: Zod },
): ZodType {
  const schema = shape.schema(zod);
  if (needed) return schema.describe(description);
  return (strict ? schema.optional() : schema.nullish()).describe(description);
}

/** Unknown keys may stand, but not one that is nearly a known one. */
function refuseMisspelt(
  { keys, ignored = {}, misplaced = {}, extensible = false }: MappingOptions<Keys>,
  object: ZodObject,
): ZodObject {
  const words = [...Object.keys(keys), ...Object.keys(ignored)];
  const isMisspelt = (key: string): boolean =>
    !(key in keys || key in ignored || key in misplaced || (extensible && key.startsWith('x-'))) &&
    nearest(key, words) !== undefined;
  return object
    .refine((mapping) => !Object.keys(mapping).some(isMisspelt), {
      error: ({ input }) => misspeltMessage(Object.keys(input as object).filter(isMisspelt), words),
    })
    .meta({ patternProperties: { [misspellingPattern(words)]: { not: {} } } });
}

function misspeltMessage(keys: readonly string[], words: readonly string[]): string {
  return keys
    .map((key) => `There is no key "${key}". Did you mean "${nearest(key, words) ?? ''}"?`)
    .join(' ');
}

/** The place of a key in a mapping that has it; the mapping's own otherwise. */
export function keySpanOf(node: YamlMapping, key: string): SourceSpan {
  return node.entries.find((entry) => entry.key === key)?.keySpan ?? node.span;
}

/** A mapping whose keys are names of the author's; its entries, those with wrong values (reported) left out. */
export function record<Value>(
  item: Shape<Value>,
): Shape<readonly { readonly key: string; readonly keySpan: SourceSpan; readonly value: Value }[]> {
  return {
    schema: (zod) => zod.record(zod.string(), item.schema(zod)),
    read(node, reading) {
      if (node.kind !== 'mapping') {
        reject(node, 'a mapping', reading);
        return undefined;
      }
      return node.entries.flatMap(({ key, keySpan, value }) => {
        const read = item.read(value, { ...reading, label: `\`${key}\`` });
        return read === undefined ? [] : [{ key, keySpan, value: read }];
      });
    },
  };
}
