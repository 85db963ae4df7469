import type { KubeObject } from '../../cluster/kube-object.js';

/** How long ago an object was made. */
export function ageOf(object: KubeObject, nowMs: number): string {
  return printAge(nowMs - Date.parse(object.metadata.creationTimestamp ?? ''));
}

/** As kubectl shows ages: the largest unit that says something. */
export function printAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (!Number.isFinite(seconds)) return '<unknown>';
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
