import { posix } from 'node:path';
import type { Tree } from '@nx/devkit';
import { isMap, isScalar, isSeq, parseDocument, type Document, type YAMLSeq } from 'yaml';
import { partFileName } from '../../flotilla-files';

/** The root's flotilla file. */
const rootFile = 'flotilla.yaml';

/** What `include` did not say yet, and what it says no longer. */
export interface IncludeChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Has the root's flotilla.yaml include these part files (relative to the workspace's root) and drops those that exist no
 * longer; other entries, comments and their order stay. Writes the file when there is none and parts are to be included.
 * Undefined when nothing had to change; a root file that is no YAML mapping is left alone: `flotilla plan` says why.
 */
export function syncInclude(tree: Tree, parts: readonly string[]): IncludeChanges | undefined {
  const text = tree.read(rootFile, 'utf8');
  if (text === null && parts.length === 0) return undefined;
  const document = parseDocument(text ?? `name: ${JSON.stringify(posix.basename(tree.root))}\n`);
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
  const include = includeOf(document);
  if (include === undefined) return undefined;
  const written = include.items.map((item) => (isScalar(item) ? String(item.value) : undefined));
  const added = parts.filter((path) => !written.includes(path));
  const removed = written.filter((path) => path !== undefined && isGone(tree, path));
  if (added.length === 0 && removed.length === 0) return undefined;
  include.items = include.items.filter((_, index) => !removed.includes(written[index]));
  for (const path of added) include.add(path);
  if (include.items.length === 0) document.delete('include');
  else document.set('include', include);
  tree.write(rootFile, document.toString());
  return { added, removed: removed.filter((path) => path !== undefined) };
}

function isGone(tree: Tree, path: string): boolean {
  return posix.basename(path) === partFileName && !tree.exists(path);
}

/** The list under `include`, a new one where there is none; undefined when something else stands there. */
function includeOf(document: Document): YAMLSeq | undefined {
  const found = document.get('include', true);
  if (found === undefined || (isScalar(found) && found.value === null)) return document.createNode([]);
  return isSeq(found) ? found : undefined;
}
