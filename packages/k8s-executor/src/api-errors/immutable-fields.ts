import type { ApiFailure } from '../cluster/api-failure.js';

const immutability =
  /immutable|updates to .* are forbidden|may not (?:be )?change|Forbidden: updates to|cannot change roleRef/i;

/**
 * The fields that may not change, when that alone is why the server refused; undefined for other failures, and
 * where something else is wrong with the object too, which would be so of a new one as well.
 */
export function immutableFields(failure: ApiFailure): readonly string[] | undefined {
  if (failure.kind !== 'status' || failure.code !== 422) return undefined;
  const { causes } = failure;
  if (causes.length === 0 || !causes.every(({ message }) => immutability.test(message))) return undefined;
  return [...new Set(causes.map((cause) => cause.field ?? ''))].filter((field) => field !== '');
}
