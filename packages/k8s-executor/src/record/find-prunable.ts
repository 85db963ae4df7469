import { sectionNames, taskId } from '@flotilla/core';
import type { DeploymentFile, Plan, Refusal, TaskId } from '@flotilla/core';
import { keyOf, printReference, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { labelValue, taskLabel } from '../manifest/labels.js';
import type { Members } from './list-members.js';
import { isStateful } from './removal-order.js';

/** What a run would delete because its files no longer have it, and what it leaves although they do not. */
export interface Prunable {
  readonly doomed: readonly KubeObject[];
  readonly kept: readonly KeptObject[];
  /** What was there when this was found out. */
  readonly members: Members;
}

export interface KeptObject {
  readonly object: KubeObject;
  /** One line for people. */
  readonly reason: string;
  /** True when asking for it (`--prune-stateful`) is all it takes. */
  readonly stateful: boolean;
}

export type FindPrunableResult =
  { readonly ok: true; readonly prunable: Prunable } | { readonly ok: false; readonly refusal: Refusal };

export interface FindPrunableOptions {
  readonly file: Pick<DeploymentFile, 'services' | 'jobs' | 'charts'>;
  readonly plan: Pick<Plan, 'tasks'>;
  /** What a task of the plan will apply. */
  readonly objectsOf: (task: TaskId) => readonly KubeObject[];
  /** The objects of the file's other tasks; undefined when these cannot be rendered. Asked only when it matters. */
  readonly renderOthers: (tasks: ReadonlySet<TaskId>) => Promise<readonly KubeObject[] | undefined>;
  readonly members: () => Promise<Members>;
  /** `--prune-stateful` */
  readonly stateful: boolean;
  /** `--allow-empty` */
  readonly allowEmpty: boolean;
  /**
   * Set for a rollback: when each task's revision was stored. Then only what is newer than that is prunable, and only of
   * the plan's own tasks.
   */
  readonly storedAt?: ReadonlyMap<TaskId, string>;
}

/**
 * Finds the members that nobody asks for any more: those of the plan's tasks which these no longer render, and those of
 * tasks which the file no longer defines. What the file's other tasks hold or would hold is left alone, so that an
 * object that moves from one task to another is never deleted on the way. Refuses (65) when a task has come out empty.
 */
export async function findPrunable(options: FindPrunableOptions): Promise<FindPrunableResult> {
  const members = await options.members();
  const none: FindPrunableResult = { ok: true, prunable: { doomed: [], kept: [], members } };
  // A removal deletes what there is by itself.
  if (options.plan.tasks.some(({ kind }) => kind === 'remove-environment')) return none;
  const candidates = findCandidates(members.objects, options);
  if (candidates.length === 0) return none;
  const others = tasksOutside(options);
  const rendered =
    others.size === 0 || options.storedAt !== undefined ? [] : await options.renderOthers(others);
  const found = sortOut(candidates, rendered, options);
  const lost = [
    ...found.doomed,
    ...found.kept.filter(({ stateful }) => stateful).map(({ object }) => object),
  ];
  const refusal = options.allowEmpty ? undefined : refuseEmpty(lost, options);
  return refusal === undefined ? { ok: true, prunable: { ...found, members } } : { ok: false, refusal };
}

function findCandidates(members: readonly KubeObject[], options: FindPrunableOptions): readonly KubeObject[] {
  const { plan, objectsOf } = options;
  const wanted = new Set(plan.tasks.flatMap(({ id }) => objectsOf(id).map(keyOfObject)));
  const outside = new Set([...tasksOutside(options)].map(labelValue));
  const left = members.filter((object) => !wanted.has(keyOfObject(object)));
  const { storedAt } = options;
  if (storedAt === undefined) return left.filter((object) => !outside.has(taskOf(object)));
  const since = new Map([...storedAt].map(([task, at]) => [labelValue(task), at] as const));
  return left.filter((object) => {
    const at = since.get(taskOf(object));
    // What was there before was not added by the version that is taken back.
    return at !== undefined && (object.metadata.creationTimestamp ?? '') >= at;
  });
}

function sortOut(
  candidates: readonly KubeObject[],
  rendered: readonly KubeObject[] | undefined,
  { stateful }: FindPrunableOptions,
): Pick<Prunable, 'doomed' | 'kept'> {
  if (rendered === undefined) {
    const reason = 'it may have moved to a task of the file that does not render';
    return { doomed: [], kept: candidates.map((object) => ({ object, reason, stateful: false })) };
  }
  const moved = new Set(rendered.map(keyOfObject));
  const left = candidates.filter((object) => !moved.has(keyOfObject(object)));
  return {
    doomed: left.filter((object) => stateful || !isStateful(object)),
    kept: left
      .filter((object) => !stateful && isStateful(object))
      .map((object) => ({ object, reason: '--prune-stateful deletes it', stateful: true })),
  };
}

function tasksOutside({ file, plan }: FindPrunableOptions): ReadonlySet<TaskId> {
  const defined = sectionNames.flatMap((section) =>
    file[section].map(({ name }) => taskId(section, name.value)),
  );
  const planned = new Set(plan.tasks.map(({ id }) => id));
  return new Set(defined.filter((id) => !planned.has(id)));
}

/** A set that came out empty is more often a mistake (a wrong path, a switched-off chart) than a wish. */
function refuseEmpty(
  unwanted: readonly KubeObject[],
  { plan, objectsOf }: FindPrunableOptions,
): Refusal | undefined {
  if (unwanted.length === 0) return undefined;
  const empty = plan.tasks.find(
    ({ id }) => objectsOf(id).length === 0 && unwanted.some((object) => taskOf(object) === labelValue(id)),
  );
  const isAllEmpty = plan.tasks.every(({ id }) => objectsOf(id).length === 0);
  if (empty === undefined && !isAllEmpty) return undefined;
  const what = empty === undefined ? 'the whole plan' : empty.id;
  const lost = unwanted.filter((object) => empty === undefined || taskOf(object) === labelValue(empty.id));
  const [first] = lost;
  const more = lost.length > 1 ? ` and ${String(lost.length - 1)} more` : '';
  const example = first === undefined ? 'objects' : `${printReference(referenceOf(first))}${more}`;
  return {
    exitCode: 65,
    message: `${what} has no objects any more, so that ${example} would be deleted.`,
    help: 'If that is meant, say --allow-empty; --no-prune leaves them.',
  };
}

function taskOf({ metadata }: KubeObject): string {
  return metadata.labels?.[taskLabel] ?? '';
}

function keyOfObject(object: KubeObject): string {
  return keyOf(referenceOf(object));
}
