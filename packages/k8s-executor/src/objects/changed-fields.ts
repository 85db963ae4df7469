import { isJsonObject } from '../cluster/json.js';
import type { Json } from '../cluster/json.js';
import { part } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';

/**
 * The fields of the spec that were asked to change, as `spec.volumeClaimTemplates`, without those that may. For
 * servers that only say that something in `spec` did.
 */
export function changedSpecFields(
  desired: KubeObject,
  live: KubeObject,
  mayChange: readonly string[],
): readonly string[] {
  const now = part(live, 'spec');
  return Object.entries(part(desired, 'spec'))
    .filter(([key, value]) => !mayChange.includes(key) && !holds(now[key], value))
    .map(([key]) => `spec.${key}`);
}

/** True when the live value says all that was asked; the server adds defaults of its own. */
function holds(live: Json | undefined, asked: Json | undefined): boolean {
  if (asked === undefined || asked === null) return true;
  if (Array.isArray(asked)) {
    const items = asked as readonly Json[];
    return (
      Array.isArray(live) &&
      live.length === items.length &&
      items.every((item, at) => holds((live as readonly Json[])[at], item))
    );
  }
  if (!isJsonObject(asked)) return live === asked;
  return isJsonObject(live) && Object.entries(asked).every(([key, value]) => holds(live[key], value));
}

/** The paths of all that stands below a path of an object, lists as a whole; the path itself for a plain value. */
export function leavesBelow(value: Json | undefined, path: string): readonly string[] {
  if (!isJsonObject(value) || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, below]) => leavesBelow(below, `${path}.${key}`));
}
