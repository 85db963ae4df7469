import { isJsonObject } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';

/** Stands before every output: knows the values of all Secrets that a run has rendered or read, and removes them. */
export interface Redactor {
  /** Every text from now on loses this value. */
  add(value: string): void;
  redact(text: string): string;
}

/** Shorter values would tear holes into ordinary words, and whoever guesses knows them anyway. */
const shortestSecret = 3;

/** Values are replaced by `***`, the longest first, so that none shines through as part of another. */
export function createRedactor(): Redactor {
  const values = new Set<string>();
  let sorted: readonly string[] | undefined;
  return {
    add(value) {
      for (const part of [value, ...value.split('\n')].map((text) => text.trim())) {
        if (part.length >= shortestSecret) values.add(part);
      }
      sorted = undefined;
    },
    redact(text) {
      sorted ??= [...values].sort((a, b) => b.length - a.length);
      return sorted.reduce((rest, value) => rest.replaceAll(value, '***'), text);
    },
  };
}

/** Tells the redactor the values of a Secret, plain and encoded. Other objects say nothing. */
export function addSecret(object: KubeObject, redactor: Redactor): void {
  if (object.apiVersion !== 'v1' || object.kind !== 'Secret' || !isJsonObject(object['data'])) return;
  for (const encoded of Object.values(object['data'])) {
    if (typeof encoded !== 'string') continue;
    redactor.add(encoded);
    redactor.add(Buffer.from(encoded, 'base64').toString('utf8'));
  }
}
