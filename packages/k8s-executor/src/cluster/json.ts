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
