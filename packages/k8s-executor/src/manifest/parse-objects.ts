import type { Checked, SourceFile } from '@flotilla/core';
import type { Json } from '../cluster/json.js';
import { collectManifests } from './parse-manifests.js';
import type { Manifest } from './parse-manifests.js';
import { readDocuments } from './read-documents.js';
import type { Document } from './read-documents.js';

/**
 * Objects as clusters and tools print them, in input order: one JSON value or an array of them, JSON lines, YAML
 * documents, Lists of any kind taken apart. They are looked at, not applied, so they need no name (it becomes empty) and the last of two equal
 * keys wins, as for JSON; other mistakes are those of manifests.
 */
export function parseObjects(source: SourceFile): Checked<readonly Manifest[]> {
  const documents = readObjects(source);
  return documents.ok ? collectManifests(documents.value, { nameless: true }) : documents;
}

function readObjects(source: SourceFile): Checked<readonly Document[]> {
  const values = readJson(source.text);
  if (values === undefined) return readDocuments(source, { lastKeyWins: true });
  const documents = values.map(({ value, start }) => {
    const newline = source.text.indexOf('\n', start);
    return { value, span: { file: source, start, end: newline === -1 ? source.text.length : newline } };
  });
  return { ok: true, value: documents, diagnostics: [] };
}

interface JsonAt {
  readonly value: Json;
  readonly start: number;
}

/** Undefined for what is no JSON. */
function readJson(text: string): readonly JsonAt[] | undefined {
  const start = text.search(/\S/);
  if (text[start] !== '{' && text[start] !== '[') return undefined;
  const whole = parseJson(text);
  if (Array.isArray(whole)) return (whole as readonly Json[]).map((value) => ({ value, start }));
  if (whole !== undefined) return [{ value: whole, start }];
  const values: JsonAt[] = [];
  let at = 0;
  for (const line of text.split('\n')) {
    const value = line.trim() === '' ? null : parseJson(line);
    if (value === undefined) return undefined;
    values.push({ value, start: at });
    at += line.length + 1;
  }
  return values;
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
