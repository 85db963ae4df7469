import type { Checked, Diagnostic, SourceFile, SourceSpan } from '@flotilla/core';
import { EVENT_ID, YAMLException, constructFromEvents, parseEvents } from 'js-yaml';
import type { Event } from 'js-yaml';
import { isJsonObject } from '../cluster/json.js';
import type { Json, JsonObject } from '../cluster/json.js';
import { isKubeObject } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { findYamlTrap } from './check-yaml-traps.js';
import type { YamlTrap } from './check-yaml-traps.js';
import { UnspeakableNumber, kubernetesSchema } from './kubernetes-schema.js';

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

/** A value as it stands in a file. */
export interface Document {
  readonly value: Json;
  readonly span: SourceSpan;
}

/** The documents of a YAML file. `lastKeyWins`: a key that stands twice is no mistake. */
export function readDocuments(
  source: SourceFile,
  { lastKeyWins = false } = {},
): Checked<readonly Document[]> {
  try {
    const events = parseEvents(source.text, { filename: source.path });
    const options = { source: source.text, schema: kubernetesSchema, json: lastKeyWins };
    const values = constructFromEvents(events, options) as Json[];
    const trap = findYamlTrap(events, source.text);
    if (trap !== undefined) return { ok: false, diagnostics: [trapped(trap, source)] };
    const starts = documentStarts(events);
    const documents = values.map((value, index) => ({
      value,
      span: firstLine(source, starts[index] ?? 0),
    }));
    return { ok: true, value: documents, diagnostics: [] };
  } catch (error) {
    return { ok: false, diagnostics: [notYaml(error, source)] };
  }
}

function documentStarts(events: readonly Event[]): readonly number[] {
  const starts: number[] = [];
  events.forEach((event, index) => {
    if (event.type === EVENT_ID.DOCUMENT) starts.push(startOf(events[index + 1]));
  });
  return starts;
}

function startOf(event: Event | undefined): number {
  if (event?.type === EVENT_ID.SCALAR) return event.valueStart;
  return event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE ? event.start : 0;
}

function firstLine(file: SourceFile, start: number): SourceSpan {
  const end = file.text.indexOf('\n', start);
  return { file, start, end: end === -1 ? file.text.length : end };
}

function itemsOf(value: Json): readonly Json[] {
  if (!isJsonObject(value) || !Array.isArray(value['items'])) return [value];
  const { apiVersion, kind } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List')) return [value];
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
  const missing = ['apiVersion', 'kind'].filter((key) => typeof value[key] !== 'string' || value[key] === '');
  if (!nameless && !hasName(value)) missing.push('metadata.name');
  if (missing.length === 0) return undefined;
  const generated = isJsonObject(value['metadata']) && typeof value['metadata']['generateName'] === 'string';
  const why = generated ? ' (a generateName gives a new object on every run)' : '';
  return `${describe(value)} has no ${missing.join(', no ')}${why}`;
}

function withName(value: Json): Json {
  if (!isJsonObject(value)) return value;
  const metadata = isJsonObject(value['metadata']) ? value['metadata'] : {};
  return { ...value, metadata: { ...metadata, name: metadata['name'] ?? '' } };
}

function hasName(value: JsonObject): boolean {
  const metadata = value['metadata'];
  return isJsonObject(metadata) && typeof metadata['name'] === 'string' && metadata['name'] !== '';
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

function trapped({ message, start }: YamlTrap, source: SourceFile): Diagnostic {
  return {
    code: 'manifest/not-yaml',
    severity: 'error',
    message,
    span: firstLine(source, start),
    related: [],
  };
}

function notYaml(error: unknown, source: SourceFile): Diagnostic {
  const base = { code: 'manifest/not-yaml', severity: 'error', related: [] } as const;
  if (error instanceof UnspeakableNumber) {
    const start = Math.max(0, source.text.indexOf(error.source));
    return {
      ...base,
      message: error.message,
      span: { file: source, start, end: start + error.source.length },
    };
  }
  if (!(error instanceof YAMLException)) throw error;
  const start = error.mark?.position ?? 0;
  const message = error.reason === 'duplicated mapping key' ? 'this key stands twice' : error.reason;
  return { ...base, message, span: firstLine(source, start) };
}
