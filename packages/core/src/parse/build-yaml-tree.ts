import {
  isAlias,
  isMap,
  isScalar,
  type Document,
  type ParsedNode,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { Report } from '../diagnostics/report.js';
import { nearest } from '../diagnostics/nearest.js';
import type { SourceFile, SourceSpan } from '../diagnostics/source.js';
import type { YamlEntry, YamlMapping, YamlNode, YamlScalar } from './yaml-tree.js';

/** How many values a file may hold once its aliases are written out. */
const expandedSizeMax = 1_000_000;

interface Builder {
  readonly file: SourceFile;
  readonly report: Report;
  /** What each anchor stands for so far; `undefined` while its own value is still being read. */
  readonly anchors: Map<string, YamlNode | undefined>;
  /** Values below and including a node, aliases written out. */
  readonly sizes: Map<YamlNode, number>;
}

/**
 * The tree of one composed document: aliases point to what they stand for, `<<` is merged (a mapping's own keys
 * win), keys are text and stand once. Undefined when the aliases blow the file up beyond reading.
 */
export function buildYamlTree(
  document: Document.Parsed,
  file: SourceFile,
  report: Report,
): YamlNode | undefined {
  const builder: Builder = { file, report, anchors: new Map(), sizes: new Map() };
  reportTags(document, builder);
  const root = buildNode(document.contents, document.range[1], builder);
  if ((builder.sizes.get(root) ?? 1) <= expandedSizeMax) return root;
  report.add({
    code: 'parse/bad-alias',
    message: `With its aliases written out, the file holds more than ${expandedSizeMax} values.`,
    help: 'Anchors of lists of aliases multiply: write fewer of them.',
    span: { file, start: root.span.start, end: root.span.start + 1 },
  });
  return undefined;
}

function reportTags(document: Document.Parsed, { file, report }: Builder): void {
  for (const warning of document.warnings) {
    const [start, end] = warning.pos;
    const tag = file.text.slice(start, end);
    if (warning.code !== 'TAG_RESOLVE_FAILED' || /^!!(str|int|float|bool|null|map|seq)$/.test(tag)) continue;
    report.add({
      code: 'parse/unknown-tag',
      message: `The tag ${tag} means nothing here; it is ignored.`,
      span: { file, start, end },
    });
  }
}

function buildNode(node: ParsedNode | null, offset: number, builder: Builder): YamlNode {
  if (node === null) return emptyScalar(builder.file, offset);
  if (isAlias(node)) return resolveAlias(node.source, spanOf(node, builder), builder);
  if (node.anchor !== undefined) builder.anchors.set(node.anchor, undefined);
  const built = isScalar(node)
    ? buildScalar(node, builder)
    : isMap(node)
      ? buildMapping(node, builder)
      : buildList(node.items, spanOf(node, builder), builder);
  if (node.anchor !== undefined) builder.anchors.set(node.anchor, built);
  return built;
}

function buildScalar(node: Scalar & ParsedNode, builder: Builder): YamlScalar {
  const tag = node.tag?.replace('tag:yaml.org,2002:', '');
  return {
    kind: 'scalar',
    text: typeof node.value === 'string' ? node.value : '',
    plain: tag === undefined || tag.startsWith('!') ? node.type === 'PLAIN' : tag !== 'str',
    span: spanOf(node, builder),
  };
}

function emptyScalar(file: SourceFile, offset: number): YamlScalar {
  return { kind: 'scalar', text: '', plain: true, span: { file, start: offset, end: offset } };
}

function buildList(items: readonly ParsedNode[], span: SourceSpan, builder: Builder): YamlNode {
  const built = items.map((item) => buildNode(item, span.start, builder));
  return sized({ kind: 'list', items: built, span }, built, builder);
}

function buildMapping(node: YAMLMap.Parsed, builder: Builder): YamlMapping {
  const own = new Map<string, YamlEntry>();
  const merged: YamlMapping[] = [];
  for (const pair of node.items) {
    const key = buildKey(pair, builder);
    if (key === undefined) continue;
    const value = buildNode(pair.value, key.span.end, builder);
    if (key.text === '<<' && key.plain) merged.push(...mergeSources(value, builder));
    else addOwn(own, { key: key.text, keySpan: key.span, value }, builder);
  }
  const entries = new Map(own);
  for (const source of merged) {
    for (const entry of source.entries) if (!entries.has(entry.key)) entries.set(entry.key, entry);
  }
  const values = [...entries.values()].map((entry) => entry.value);
  const mapping: YamlMapping = {
    kind: 'mapping',
    entries: [...entries.values()],
    span: spanOf(node, builder),
  };
  return sized(mapping, values, builder);
}

function buildKey(pair: Pair<ParsedNode, ParsedNode | null>, builder: Builder): YamlScalar | undefined {
  const key = buildNode(pair.key, 0, builder);
  if (key.kind === 'scalar' && key.text !== '') return key;
  builder.report.add({
    code: 'parse/bad-value',
    message: `A key must be a word, but this is ${key.kind === 'scalar' ? 'empty' : `a ${key.kind}`}.`,
    span: key.span,
  });
  return undefined;
}

function addOwn(own: Map<string, YamlEntry>, entry: YamlEntry, { report }: Builder): void {
  const first = own.get(entry.key);
  if (first === undefined) own.set(entry.key, entry);
  else {
    report.add({
      code: 'parse/duplicate-key',
      message: `The key "${entry.key}" stands twice in this mapping.`,
      help: 'Remove one of the two, or put what belongs together under one key.',
      span: entry.keySpan,
      related: [{ message: 'It stands here first.', span: first.keySpan }],
    });
  }
}

function mergeSources(value: YamlNode, { report }: Builder): readonly YamlMapping[] {
  const sources = value.kind === 'list' ? value.items : [value];
  return sources.flatMap((source) => {
    if (source.kind === 'mapping') return [source];
    report.add({
      code: 'parse/bad-alias',
      message: `\`<<\` merges mappings, but this is a ${source.kind}.`,
      span: source.span,
    });
    return [];
  });
}

function resolveAlias(name: string, span: SourceSpan, builder: Builder): YamlNode {
  const target = builder.anchors.get(name);
  if (target !== undefined) return target;
  const near = nearest(name, builder.anchors.keys());
  builder.report.add({
    code: 'parse/bad-alias',
    message: builder.anchors.has(name)
      ? `The alias *${name} stands inside what it stands for.`
      : `The alias *${name} has no anchor &${name} before it.`,
    help: near !== undefined && near !== name ? `Did you mean *${near}?` : undefined,
    span,
  });
  return emptyScalar(builder.file, span.end);
}

function sized<Node extends YamlNode>(node: Node, children: readonly YamlNode[], builder: Builder): Node {
  const size = children.reduce((sum, child) => sum + (builder.sizes.get(child) ?? 1), 1);
  builder.sizes.set(node, size);
  return node;
}

function spanOf(node: ParsedNode, { file }: Builder): SourceSpan {
  const [start, end] = node.range;
  return { file, start, end };
}
