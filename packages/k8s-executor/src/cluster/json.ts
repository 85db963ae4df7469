/** What JSON can say. Objects of Kubernetes travel as this, never through model classes (see docs/adr). */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** True for a JSON mapping: not null, not a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The mapping without some of its keys. */
export function withoutKeys(mapping: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(mapping).filter(([key]) => !keys.includes(key)));
}

/** A whole number of a mapping; `fallback` when none is there. */
export function numberOf(mapping: JsonObject, key: string, fallback = 0): number {
  const value = mapping[key];
  return typeof value === 'number' && Number.isInteger(value) ? value : fallback;
}

/** A text of a mapping; empty when it is not there. */
export function textOf(mapping: JsonObject, key: string): string {
  const value = mapping[key];
  return typeof value === 'string' ? value : '';
}

/** The mapping at a key; empty when it is not there. */
export function mappingOf(mapping: JsonObject, key: string): JsonObject {
  const value = mapping[key];
  return isJsonObject(value) ? value : {};
}

/** The mappings in the list at a key; empty when it is not there. */
export function listOf(mapping: JsonObject, key: string): readonly JsonObject[] {
  const value: Json | undefined = mapping[key];
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
