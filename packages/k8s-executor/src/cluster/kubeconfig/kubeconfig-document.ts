import { dirname, resolve } from 'node:path';
import { load } from 'js-yaml';
import { isJsonObject } from '../json.js';
import type { Json, JsonObject } from '../json.js';

/** A kubeconfig file that was found. */
export interface KubeconfigFile {
  readonly path: string;
  readonly text: string;
}

/** An entry of a kubeconfig and the folder that its relative paths are meant from. */
export interface KubeconfigEntry {
  readonly settings: JsonObject;
  readonly folder: string;
}

/** All files as one, as kubectl merges them: for each name the first file that has it wins, entries are never mixed. */
export interface MergedKubeconfig {
  readonly currentContext: string | undefined;
  readonly contexts: ReadonlyMap<string, KubeconfigEntry>;
  readonly clusters: ReadonlyMap<string, KubeconfigEntry>;
  readonly users: ReadonlyMap<string, KubeconfigEntry>;
}

/** Reads and merges the files, in their order. `message` names the file that cannot be used and why. */
export function mergeKubeconfigs(
  files: readonly KubeconfigFile[],
):
  | { readonly ok: true; readonly merged: MergedKubeconfig }
  | { readonly ok: false; readonly message: string } {
  const documents: Document[] = [];
  for (const { path, text } of files) {
    const root = parseDocument(text);
    if (root === undefined)
      return { ok: false, message: `${path} is not a kubeconfig: it is not a YAML mapping` };
    if (!isConfig(root))
      return { ok: false, message: `${path} is not a kubeconfig: its kind is not Config in v1` };
    const twice = findNamedTwice(root);
    if (twice !== undefined) return { ok: false, message: `${path} has two ${twice}` };
    documents.push({ root, folder: dirname(resolve(path)) });
  }
  const currentContexts = documents.map(({ root }) => textOf(root['current-context']));
  return {
    ok: true,
    merged: {
      currentContext: currentContexts.find((name) => name !== undefined),
      contexts: firstOfEachName(documents, 'contexts'),
      clusters: firstOfEachName(documents, 'clusters'),
      users: firstOfEachName(documents, 'users'),
    },
  };
}

interface Document {
  readonly root: JsonObject;
  readonly folder: string;
}

/** The lists of a kubeconfig and the key under which an item of each has its settings. */
const CONTENT = { contexts: 'context', clusters: 'cluster', users: 'user' } as const;
type ListName = keyof typeof CONTENT;

/** A text that is there and not empty; kubectl takes an empty setting for none. */
export function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function firstOfEachName(
  documents: readonly Document[],
  list: ListName,
): ReadonlyMap<string, KubeconfigEntry> {
  const found = new Map<string, KubeconfigEntry>();
  for (const { root, folder } of documents) {
    for (const item of itemsOf(root[list])) {
      const name = textOf(item['name']);
      const settings = item[CONTENT[list]];
      if (name === undefined || found.has(name)) continue;
      found.set(name, { settings: isJsonObject(settings) ? settings : {}, folder });
    }
  }
  return found;
}

/** Old files say neither, which is fine. */
function isConfig({ apiVersion, kind }: JsonObject): boolean {
  return (textOf(apiVersion) ?? 'v1') === 'v1' && (textOf(kind) ?? 'Config') === 'Config';
}

/** kubectl refuses such a file too, rather than guess which of the two is meant. */
function findNamedTwice(root: JsonObject): string | undefined {
  for (const list of ['contexts', 'clusters', 'users'] as const) {
    const names = itemsOf(root[list]).map((item) => textOf(item['name']));
    const twice = names.find((name, index) => name !== undefined && names.indexOf(name) !== index);
    if (twice !== undefined) return `${list} named ${twice}`;
  }
  return undefined;
}

function itemsOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isJsonObject) : [];
}

/** Undefined when it is no mapping. An empty file is an empty kubeconfig. The parser's words stay out: they quote secrets. */
function parseDocument(text: string): JsonObject | undefined {
  if (text.trim() === '') return {};
  try {
    const document = load(text) as Json;
    if (document === null) return {};
    return isJsonObject(document) ? document : undefined;
  } catch {
    return undefined;
  }
}
