import type { Checked, Diagnostic, SourceFile, SourceSpan } from '@flotilla/core';
import { isJsonObject } from '../cluster/json.js';
import type { Json, JsonObject } from '../cluster/json.js';
import { isKubeObject } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { readDocuments } from './read-documents.js';
import type { Document } from './read-documents.js';

/** An object to deploy and the words that say so: a document of a manifest, or an entry of the flotilla file. */
export interface Manifest {
  readonly object: KubeObject;
  readonly span: SourceSpan;
}

/**
 * The objects of a manifest file in order. Several documents and JSON are fine, empty documents are skipped, Lists
 * are taken apart. Mistakes: bad YAML, duplicate keys, numbers that would lose digits, objects without apiVersion,
 * kind or name.
 */
export function parseManifests(source: SourceFile): Checked<readonly Manifest[]> {
  const documents = readDocuments(source);
  return documents.ok ? collectManifests(documents.value) : documents;
}

/**
 * The objects of documents in order, Lists taken apart; what is no object is a mistake at its document. `nameless`:
 * a missing name is none, it becomes empty.
 */
export function collectManifests(
  documents: readonly Document[],
  { nameless = false } = {},
): Checked<readonly Manifest[]> {
  const manifests: Manifest[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const { value, span } of documents) {
    for (const given of itemsOf(value)) {
      if (given === null) continue;
      const item = nameless ? withName(given) : given;
      const fault = faultOf(item, nameless);
      if (fault === undefined && isKubeObject(item)) manifests.push({ object: item, span });
      else diagnostics.push(badObject(fault ?? 'this is not a Kubernetes object', span));
    }
  }
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  return { ok: true, value: manifests, diagnostics };
}

function itemsOf(value: Json): readonly Json[] {
  if (!isJsonObject(value)) return [value];
  const { apiVersion, kind } = value;
  // `items:` without anything is what a template leaves of a List when nothing is in it.
  if (kind === 'List' && value['items'] === null) return [];
  if (!Array.isArray(value['items']) || typeof kind !== 'string' || !kind.endsWith('List')) return [value];
  const items = value['items'] as readonly Json[];
  // The API server leaves out of a PodList's items what its own kind says.
  return kind === 'List' || apiVersion === undefined
    ? items
    : items.map((item) =>
        isJsonObject(item) ? { apiVersion, kind: kind.slice(0, -'List'.length), ...item } : item,
      );
}

function faultOf(value: Json, nameless: boolean): string | undefined {
  if (!isJsonObject(value)) return 'this document is not a mapping';
  const metadata = isJsonObject(value['metadata']) ? value['metadata'] : {};
  const required = [
    ['apiVersion', value['apiVersion']],
    ['kind', value['kind']],
    ['metadata.name', metadata['name']],
  ] as const;
  const missing = required
    .slice(0, nameless ? -1 : undefined)
    .filter(([, said]) => said === undefined || said === null || said === '');
  if (missing.length > 0) {
    const names = missing.map(([key]) => key);
    const generated = names.includes('metadata.name') && typeof metadata['generateName'] === 'string';
    const why = generated ? ' (a generateName gives a new object on every run)' : '';
    return `${describe(value)} has no ${names.join(', no ')}${why}`;
  }
  const untold = [...required, ...notesOf(metadata, 'labels'), ...notesOf(metadata, 'annotations')].find(
    ([, said]) => typeof said !== 'string',
  );
  if (untold === undefined) return undefined;
  const [key, said] = untold;
  return `${describe(value)} has ${JSON.stringify(said)} as ${key}, which is no text: quote it`;
}

function withName(value: Json): Json {
  if (!isJsonObject(value)) return value;
  const metadata = isJsonObject(value['metadata']) ? value['metadata'] : {};
  return { ...value, metadata: { ...metadata, name: metadata['name'] ?? '' } };
}

/** Labels or annotations with their paths. */
function notesOf(metadata: JsonObject, name: string): readonly (readonly [string, Json | undefined])[] {
  const notes = metadata[name];
  if (!isJsonObject(notes)) return [];
  // Null is what a template leaves of an empty value; the server drops it.
  return Object.entries(notes)
    .filter(([, said]) => said !== null)
    .map(([key, said]) => [`metadata.${name}.${key}`, said] as const);
}

function describe(value: JsonObject): string {
  return typeof value['kind'] === 'string' && value['kind'] !== '' ? `this ${value['kind']}` : 'this object';
}

function badObject(message: string, span: SourceSpan): Diagnostic {
  return {
    code: 'manifest/bad-object',
    severity: 'error',
    message,
    help: 'Every Kubernetes object needs apiVersion, kind and metadata.name.',
    span,
    related: [],
  };
}
