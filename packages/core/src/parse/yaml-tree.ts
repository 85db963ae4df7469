import type { SourceSpan } from '../diagnostics/source.js';

/** A file as data in which every key and value knows where it was written. Aliases and merge keys are resolved. */
export type YamlNode = YamlScalar | YamlList | YamlMapping;

export interface YamlScalar {
  readonly kind: 'scalar';
  /** As written, without quotes and with folded lines joined: `1.10` stays `1.10`. */
  readonly text: string;
  /** Plain text may mean a number, a boolean or nothing; quoted and block text is always a string. */
  readonly plain: boolean;
  readonly span: SourceSpan;
}

interface YamlList {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly span: SourceSpan;
}

export interface YamlEntry {
  readonly key: string;
  readonly keySpan: SourceSpan;
  readonly value: YamlNode;
}

export interface YamlMapping {
  readonly kind: 'mapping';
  /** In file order, each key once; merged keys stand behind the mapping's own. */
  readonly entries: readonly YamlEntry[];
  readonly span: SourceSpan;
}

/** The value of a key, undefined when the mapping does not have it. */
export function entryOf(mapping: YamlMapping, key: string): YamlEntry | undefined {
  return mapping.entries.find((entry) => entry.key === key);
}
