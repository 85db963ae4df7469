import { hasErrors } from '@flotilla/core';
import type { Diagnostic, Refusal } from '@flotilla/core';
import { referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { taskLabel } from '../manifest/labels.js';
import type { Manifest } from '../manifest/parse-manifests.js';
import type { RenderedTask } from '../manifest/render-plan.js';
import { mapBounded } from '../objects/map-bounded.js';
import { refusalOf, rejected, untried } from '../prepare/preflight.js';
import { prepareRun } from '../prepare/prepare-run.js';
import type { PrepareRunOptions } from '../prepare/prepare-options.js';
import type { PreparedRun } from '../prepare/prepared-run.js';
import { runsToCompletion } from '../tasks/jobs/job-identity.js';
import { withSecretInputs } from '../tasks/apply/secret-inputs.js';
import { surveyPlan } from '../prepare/survey-plan.js';
import type { DiffItem, DiffKept } from './diff-item.js';
import { diffItem } from './diff-item.js';
import { diffObject } from './diff-object.js';
import type { ObjectDiff } from './diff-object.js';

/** What a deploy would delete of what the files no longer have. */
export interface DiffPruning {
  /** Default true (`--no-prune`). */
  readonly prune?: boolean;
  /** `--allow-empty` */
  readonly allowEmpty?: boolean;
}

export interface DiffPlanOptions extends Omit<PrepareRunOptions, 'preflight'>, DiffPruning {}

/** An item with the states behind it. `desired`: absent for what would be deleted. */
export interface ComparedObject {
  readonly item: DiffItem;
  readonly desired: KubeObject | undefined;
  readonly live: KubeObject | undefined;
}

type Refused =
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** `diagnostics` beside items: what could not be tried. */
export type DiffPlanResult =
  | {
      readonly ok: true;
      readonly items: readonly DiffItem[];
      readonly kept: readonly DiffKept[];
      readonly diagnostics: readonly Diagnostic[];
    }
  | Refused;

export type CompareRunResult =
  | {
      readonly ok: true;
      readonly objects: readonly ComparedObject[];
      readonly kept: readonly DiffKept[];
      readonly diagnostics: readonly Diagnostic[];
    }
  | Refused;

/**
 * What a deploy of the plan would change in the cluster, object by object and field by field, in the order of the
 * plan and of applying: each object that is not as asked is tried as a dry run on the server. Writes nothing.
 */
export async function diffPlan(options: DiffPlanOptions): Promise<DiffPlanResult> {
  const prepared = await prepareRun({ ...options, preflight: false });
  if (!prepared.ok) return prepared;
  const compared = await compareRun(prepared.run, options);
  return compared.ok ? { ...compared, items: compared.objects.map(({ item }) => item) } : compared;
}

/** As `diffPlan`, of a run that is prepared already. */
export async function compareRun(run: PreparedRun, pruning: DiffPruning): Promise<CompareRunResult> {
  const survey = await surveyPlan(
    run.rendered.flatMap((task) => task.manifests),
    run.context,
  );
  const key = await readKey(run.context);
  const subjects = run.rendered.flatMap(({ task, manifests }) => {
    const beside = manifests.map(({ object }) => object);
    return manifests.map(({ object, span }) => ({
      task,
      beside,
      manifest: { object: isRun(task, object) ? withSecretInputs(object, beside, key) : object, span },
    }));
  });
  const compared = await mapBounded(
    subjects,
    run.context.applyConcurrency,
    async ({ task, beside, manifest }) => {
      const desired = manifest.object;
      const untriable =
        survey.isPending(desired) || survey.absentNamespaces.has(desired.metadata.namespace ?? '');
      const asked = { task: task.id, isRun: isRun(task, desired), desired, objects: beside, untriable };
      return { manifest, result: await diffObject(asked, run.context) };
    },
  );
  return collect(compared, run, pruning);
}

function isRun({ kind }: RenderedTask['task'], object: KubeObject): boolean {
  return kind === 'job' && runsToCompletion(object);
}

/** What may not be read says nothing. */
async function readKey({ key, cluster }: PreparedRun['context']): Promise<string | undefined> {
  const read = await key.read(cluster);
  return read.ok ? read.value : undefined;
}

interface Compared {
  readonly manifest: Manifest;
  readonly result: ObjectDiff;
}

async function collect(
  compared: readonly Compared[],
  run: PreparedRun,
  pruning: DiffPruning,
): Promise<CompareRunResult> {
  const failures = compared.flatMap(({ manifest, result }) =>
    'failure' in result ? [{ manifest, failure: result.failure }] : [],
  );
  const refusal = refusalOf(failures);
  if (refusal !== undefined) return { ok: false, refusal };
  const wrong = await Promise.all(failures.map((failed) => rejected(failed, run.context)));
  if (hasErrors(wrong)) return { ok: false, diagnostics: wrong };
  const removed = pruning.prune === false ? undefined : await run.findPrunable(pruning);
  if (removed?.ok === false) return { ok: false, refusal: removed.refusal };
  const objects = compared.flatMap(({ manifest, result }) =>
    'item' in result ? [{ item: result.item, desired: manifest.object, live: result.live }] : [],
  );
  const redact = (text: string) => run.context.redactor.redact(text);
  const deletions = (removed?.prunable.doomed ?? []).map((object) => {
    const subject = { task: object.metadata.labels?.[taskLabel] ?? '', desired: object, redact };
    return { item: diffItem(subject, object, undefined), desired: undefined, live: object };
  });
  const notes = compared.flatMap(({ manifest, result }) =>
    'item' in result && result.untried !== undefined
      ? untried(manifest, { kind: 'untried', why: result.untried })
      : [],
  );
  const kept = (removed?.prunable.kept ?? []).map(({ object, reason }) => ({
    object: referenceOf(object),
    reason,
  }));
  return { ok: true, objects: [...objects, ...deletions], kept, diagnostics: [...run.diagnostics, ...notes] };
}
