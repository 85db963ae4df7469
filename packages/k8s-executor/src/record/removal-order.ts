import type { DeploymentFile } from '@flotilla/core';
import type { KubeObject } from '../cluster/kube-object.js';
import { labelValue, taskLabel } from '../manifest/labels.js';
import { waveOf, waves } from '../manifest/waves.js';

/** Which tasks a task depends on, all by the values of their labels. */
export type TaskDependencies = ReadonlyMap<string, readonly string[]>;

/** The `depends_on` of a file's services; services that depend on nothing are left out. */
export function dependenciesOf(file: Pick<DeploymentFile, 'services'>): TaskDependencies {
  const label = (name: string) => labelValue(`services.${name}`);
  return new Map(
    file.services
      .filter(({ dependsOn }) => dependsOn.length > 0)
      .map(({ name, dependsOn }) => [label(name.value), dependsOn.map((each) => label(each.value))]),
  );
}

/** What holds other people's objects, or data: gone, it cannot be brought back by deploying again. */
const statefulKinds = ['PersistentVolumeClaim', 'PersistentVolume', 'Namespace', 'CustomResourceDefinition'];

/** True for what is removed only when that is asked for aloud (`--prune-stateful`). */
export function isStateful({ kind }: Pick<KubeObject, 'kind'>): boolean {
  return statefulKinds.includes(kind);
}

/**
 * The objects in the order in which they are removed, those of one level at the same time: a service's before those
 * of the services it depends on; of one task what runs before what it reads; namespaces and CRDs, with all that is in
 * them, at the very end. What nothing is known about goes first, like the outermost.
 */
export function removalLevels(
  objects: readonly KubeObject[],
  dependencies: TaskDependencies,
): readonly (readonly KubeObject[])[] {
  const depthOf = measureDepths(dependencies);
  const levels = new Map<number, KubeObject[]>();
  for (const object of objects) {
    const level = levelOf(object, depthOf);
    levels.set(level, [...(levels.get(level) ?? []), object]);
  }
  return [...levels].sort(([a], [b]) => b - a).map(([, level]) => level);
}

function levelOf(object: KubeObject, depthOf: (task: string) => number): number {
  const wave = waves.indexOf(waveOf(object));
  if (wave === 0) return -1;
  return depthOf(object.metadata.labels?.[taskLabel] ?? '') * waves.length + wave;
}

/** How many tasks stand below a task. Circles are cut where they close. */
function measureDepths(dependencies: TaskDependencies): (task: string) => number {
  const depths = new Map<string, number>();
  const known = new Set([...dependencies.keys(), ...[...dependencies.values()].flat()]);
  function measure(task: string, path: ReadonlySet<string>): number {
    const measured = depths.get(task);
    if (measured !== undefined) return measured;
    if (path.has(task)) return 0;
    const below = new Set([...path, task]);
    const depth = Math.max(0, ...(dependencies.get(task) ?? []).map((each) => measure(each, below) + 1));
    depths.set(task, depth);
    return depth;
  }
  for (const task of known) measure(task, new Set());
  const outermost = Math.max(0, ...depths.values()) + 1;
  // A service that neither depends on others nor is depended on stands beside all of them.
  return (task) => depths.get(task) ?? outermost;
}
