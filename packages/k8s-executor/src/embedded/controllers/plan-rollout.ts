import { mappingOf, numberOf, textOf } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';

export interface Scaling {
  readonly set: KubeObject;
  readonly replicas: number;
}

/** The next step of a rollout: how large the new ReplicaSet and the older ones are to be now. */
export function planRollout(
  deployment: KubeObject,
  current: KubeObject,
  older: readonly KubeObject[],
): readonly Scaling[] {
  const desired = numberOf(part(deployment, 'spec'), 'replicas', 1);
  const running = older.filter((set) => sizeOf(set) > 0);
  const isRecreated = textOf(mappingOf(part(deployment, 'spec'), 'strategy'), 'type') === 'Recreate';
  if (isRecreated) return recreate(current, older, desired);
  if (running.length === 0) return [{ set: current, replicas: desired }];
  const { maxSurge, maxUnavailable } = readStrategy(deployment, desired);
  const total = sizeOf(current) + running.reduce((sum, set) => sum + sizeOf(set), 0);
  const room = Math.max(0, desired + maxSurge - total);
  const size = sizeOf(current) > desired ? desired : Math.min(desired, sizeOf(current) + room);
  return [
    { set: current, replicas: size },
    ...shrink(running, current, { total, least: desired - maxUnavailable }),
  ];
}

/** All old pods are gone before the first new one comes. */
function recreate(current: KubeObject, older: readonly KubeObject[], desired: number): readonly Scaling[] {
  const down = older.map((set) => ({ set, replicas: 0 }));
  const areGone = older.every(
    (set) => countOf(set, 'replicas') === 0 && countOf(set, 'terminatingReplicas') === 0,
  );
  return areGone ? [...down, { set: current, replicas: desired }] : down;
}

/** Old pods go: those that are not available first, then as many as leave `least` available. */
function shrink(
  running: readonly KubeObject[],
  current: KubeObject,
  { total, least }: { readonly total: number; readonly least: number },
): readonly Scaling[] {
  const unready = sizeOf(current) - countOf(current, 'availableReplicas');
  let removable = total - least - unready;
  let spare = [current, ...running].reduce((sum, set) => sum + countOf(set, 'availableReplicas'), 0) - least;
  return running.map((set) => {
    const broken = Math.max(0, Math.min(removable, sizeOf(set) - countOf(set, 'availableReplicas')));
    removable -= broken;
    const healthy = Math.max(0, Math.min(removable, spare, sizeOf(set) - broken));
    removable -= healthy;
    spare -= healthy;
    return { set, replicas: sizeOf(set) - broken - healthy };
  });
}

function sizeOf(set: KubeObject): number {
  return numberOf(part(set, 'spec'), 'replicas');
}

function countOf(set: KubeObject, key: string): number {
  return numberOf(part(set, 'status'), key);
}

/** `maxSurge` and `maxUnavailable` as numbers of pods. */
export function readStrategy(
  deployment: KubeObject,
  desired: number,
): { readonly maxSurge: number; readonly maxUnavailable: number } {
  const strategy = mappingOf(part(deployment, 'spec'), 'strategy');
  if (textOf(strategy, 'type') === 'Recreate') return { maxSurge: 0, maxUnavailable: 0 };
  const rolling = mappingOf(strategy, 'rollingUpdate');
  const maxSurge = readAmount(rolling['maxSurge'], desired, Math.ceil);
  const maxUnavailable = readAmount(rolling['maxUnavailable'], desired, Math.floor);
  return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable };
}

function readAmount(said: unknown, desired: number, round: (value: number) => number): number {
  if (typeof said === 'number') return said;
  return typeof said === 'string' && said.endsWith('%')
    ? round((Number(said.slice(0, -1)) * desired) / 100)
    : 0;
}
