import type { Checked, SourceFile } from '@flotilla/core';
import type { Json } from '../cluster/json.js';
import { collectManifests, parseManifests } from './parse-manifests.js';
import type { Manifest } from './parse-manifests.js';

/**
 * Objects as clusters and tools print them, in input order: one JSON value, JSON lines, YAML documents, Lists of any
 * kind taken apart. Mistakes as with manifests.
 */
export function parseObjects(source: SourceFile): Checked<readonly Manifest[]> {
  const values = readJson(source.text);
  if (values === undefined) return parseManifests(source);
  return collectManifests(
    values.map(({ value, start }) => {
      const newline = source.text.indexOf('\n', start);
      return { value, span: { file: source, start, end: newline === -1 ? source.text.length : newline } };
    }),
  );
}

interface JsonAt {
  readonly value: Json;
  readonly start: number;
}

/** Undefined for what is no JSON. */
function readJson(text: string): readonly JsonAt[] | undefined {
  const start = text.search(/\S/);
  if (text[start] !== '{') return undefined;
  const whole = parseJson(text);
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
