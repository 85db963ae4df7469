import {
  compilePlan,
  parseDeploymentFile,
  type DeploymentFile,
  type Plan,
  type TaskId,
} from '@flotilla/core';
import { withoutKeys } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { digestAnnotation } from '../manifest/labels.js';
import { partOfLabel } from '../record/apply-set.js';
import type { RecordedObjects } from '../prepare/prepare-options.js';
import type { RollbackTarget } from './rollback-targets.js';

/** A plan that puts revisions back, and what its tasks apply. */
export interface RollbackPlan {
  readonly plan: Plan;
  /** Defines exactly the plan's tasks. */
  readonly file: DeploymentFile;
  readonly recorded: RecordedObjects;
}

/**
 * The plan of one step with exactly these tasks, ordered by what they depended on when they were recorded. The file as
 * it is today has no say: it may define them differently, or not at all.
 */
export function planRollback(deployment: string, targets: readonly RollbackTarget[]): RollbackPlan {
  // JSON is YAML: what is recorded goes the way of every file.
  const text = JSON.stringify(fileOf(deployment, targets), undefined, 1);
  const parsed = parseDeploymentFile(
    { path: 'recorded revisions', text },
    { folderName: deployment, parameters: {}, environment: {} },
  );
  if (!parsed.ok) throw new Error(`Bug: a rollback does not parse: ${printFirst(parsed.diagnostics)}`);
  const compiled = compilePlan(parsed.value, { workflow: 'rollback' });
  if (!compiled.ok) throw new Error(`Bug: a rollback does not compile: ${printFirst(compiled.diagnostics)}`);
  const objects = new Map(targets.map((target) => [target.revision.task, target.objects] as const));
  const rendered = compiled.value.tasks.map((task) => ({
    task,
    manifests: (objects.get(task.id) ?? []).map((object) => ({
      object: asRendered(object),
      span: task.span,
    })),
  }));
  const storedAt = new Map(targets.map(({ revision }) => [revision.task, revision.storedAt] as const));
  return { plan: compiled.value, file: parsed.value, recorded: { rendered, storedAt } };
}

function fileOf(deployment: string, targets: readonly RollbackTarget[]) {
  const tasks = targets.map(({ revision }) => revision);
  const nameOf = (task: TaskId) => task.slice(task.indexOf('.') + 1);
  const known = new Set(tasks.map(({ task }) => task));
  // `$` would be a variable.
  const plain = (name: string) => name.replaceAll('$', '$$$$');
  return {
    name: plain(deployment),
    services: tasks
      .filter(({ task }) => task.startsWith('services.'))
      .map(({ task, dependsOn }) => ({
        name: plain(nameOf(task)),
        manifests: ['recorded'],
        depends_on: dependsOn.filter((each) => known.has(each)).map((each) => plain(nameOf(each))),
      })),
    charts: tasks
      .filter(({ task }) => task.startsWith('charts.'))
      .map(({ task }) => ({ name: plain(nameOf(task)), directory: 'recorded' })),
    workflows: [
      {
        name: 'rollback',
        parallelize: [{ step: 'rollback', tasks: tasks.map(({ task }) => plain(task)) }],
      },
    ],
  };
}

function printFirst(diagnostics: readonly { readonly message: string }[]): string {
  return diagnostics[0]?.message ?? 'nothing is said';
}

/** Without what every run adds anew, so that the same object gets the same digest. */
function asRendered(object: KubeObject): KubeObject {
  const { name } = object.metadata;
  const annotations = withoutKeys(object.metadata.annotations ?? {}, [digestAnnotation]);
  const labels = withoutKeys(object.metadata.labels ?? {}, [partOfLabel]);
  const rest = withoutKeys(object.metadata, ['annotations', 'labels']);
  const metadata = {
    ...rest,
    name,
    ...(Object.keys(annotations).length > 0 && { annotations }),
    ...(Object.keys(labels).length > 0 && { labels }),
  };
  return { ...object, metadata: metadata as KubeObject['metadata'] };
}
