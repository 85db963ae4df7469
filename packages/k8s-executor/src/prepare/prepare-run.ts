import { hasErrors } from '@flotilla/core';
import type { Checked, Diagnostic } from '@flotilla/core';
import { keyOf, referenceOf } from '../cluster/kube-object.js';
import { checkKindOrder } from '../manifest/check-kind-order.js';
import { checkObjects } from '../manifest/check-objects.js';
import type { ScopeOf } from '../manifest/kind-scope.js';
import { renderPlan } from '../manifest/render-plan.js';
import type { RenderedTask } from '../manifest/render-plan.js';
import { runChildProcess, type RunProgram } from '../manifest/run-program.js';
import { findForeign, foreignDiagnostic } from '../record/find-foreign.js';
import { preflight, type PreflightResult } from './preflight.js';
import { addFile, addObjects, createRedactor } from '../objects/redactor.js';
import type { Redactor } from '../objects/redactor.js';
import type { RunContext } from '../tasks/run-context.js';
import { compileFileRules, judgeTasks } from './task-readiness.js';
import { refuseUnknownScope } from './unknown-scope.js';
import { createContext } from './create-context.js';
import { discoverScopes } from './discover-scopes.js';
import { addDigests, joinSet } from './member-objects.js';
import type { PrepareRunOptions } from './prepare-options.js';
import { startable, type NotPrepared, type PrepareRunResult } from './prepared-run.js';

/**
 * Renders every task of the plan, checks the objects, and (unless `preflight` is false) lets the server dry-run
 * each of them, before the first write. All problems come together.
 */
export async function prepareRun(options: PrepareRunOptions): Promise<PrepareRunResult> {
  const discovery = discoverScopes(options.cluster);
  const rules = await compileFileRules(options.file);
  const rendered = await renderTasks(options, discovery.scopeOf);
  const unknown = discovery.unknown();
  if (unknown !== undefined)
    return { ok: false, refusal: await refuseUnknownScope(unknown, options.cluster) };
  if (!rendered.ok) return { ok: false, diagnostics: [...rules.diagnostics, ...rendered.diagnostics] };
  const redactor = learnPlan(rendered.value, options);
  const problems = [
    ...rules.diagnostics,
    ...(await checkObjects(rendered.value, discovery.scopeOf, discovery.versionsOf)),
    ...(await checkKindOrder(rendered.value, options.plan, discovery.scopeOf)),
  ];
  if (hasErrors(problems)) return { ok: false, diagnostics: problems };
  const tasks = rendered.value.map((task) => joinSet(addDigests(task), options));
  const takenOver = new Set<string>();
  const readiness = judgeTasks(tasks.map(objectsToJudge), rules);
  const context = createContext({ ...options, redactor }, { tasks, takenOver, judgeOf: readiness.judgeOf });
  const check = () => checkAgainstCluster(tasks, context, { ...options, takenOver });
  const checked = await check();
  if (!checked.ok) return checked;
  const diagnostics = [...rendered.diagnostics, ...readiness.diagnostics, ...checked.diagnostics];
  const checkAgain = async () => {
    context.live.forget();
    takenOver.clear();
    const again = await check();
    return again.ok ? undefined : again;
  };
  return { ok: true, run: { ...startable(tasks, context, options), checkAgain, diagnostics } };
}

/** What may not be shown and what may, before anything is said of the objects. */
function learnPlan(
  rendered: readonly RenderedTask[],
  { file, plan, namespace, redactor = createRedactor() }: PrepareRunOptions,
): Redactor {
  addFile(file, redactor);
  addObjects(
    rendered.flatMap(({ manifests }) => manifests.map(({ object }) => object)),
    redactor,
  );
  const words = plan.tasks.flatMap(({ id }) => [id, id.slice(id.indexOf('.') + 1)]);
  for (const name of [plan.name, plan.workflow, namespace, ...words]) redactor.keep(name);
  return redactor;
}

function renderTasks(
  options: PrepareRunOptions,
  scopeOf: ScopeOf,
): Promise<Checked<readonly RenderedTask[]>> {
  const { recorded } = options;
  if (recorded === undefined) return renderPlan({ ...options, scopeOf, runProgram: stoppable(options) });
  return Promise.resolve({ ok: true, value: recorded.rendered, diagnostics: [] });
}

type Checking = { readonly ok: true; readonly diagnostics: readonly Diagnostic[] } | NotPrepared;

/** Whether the inventory is ours, whose the objects are now, and unless that is not wanted, whether the server takes them. */
async function checkAgainstCluster(
  tasks: readonly RenderedTask[],
  context: RunContext,
  options: PrepareRunOptions & { readonly takenOver: Set<string> },
): Promise<Checking> {
  const manifests = tasks.flatMap((task) => task.manifests);
  const [refusal, foreign] = await Promise.all([context.membership.read(), findForeign(manifests, context)]);
  if (refusal !== undefined) return { ok: false, refusal };
  if (options.takeOwnership === true)
    for (const { manifest } of foreign) options.takenOver.add(keyOf(referenceOf(manifest.object)));
  const refused = new Set(options.takeOwnership === true ? [] : foreign.map(({ manifest }) => manifest));
  const mistakes = refused.size === 0 ? [] : foreign.map(foreignDiagnostic);
  const tried: PreflightResult =
    options.preflight === false
      ? { diagnostics: [] }
      : await preflight(
          manifests.filter((manifest) => !refused.has(manifest)),
          context,
        );
  if (tried.refusal !== undefined) return { ok: false, refusal: tried.refusal };
  const diagnostics = [...mistakes, ...tried.diagnostics];
  return hasErrors(diagnostics) ? { ok: false, diagnostics } : { ok: true, diagnostics };
}

function stoppable({ runProgram = runChildProcess, signal }: PrepareRunOptions): RunProgram {
  return signal === undefined ? runProgram : (request) => runProgram({ ...request, signal });
}

function objectsToJudge({ task, manifests }: RenderedTask) {
  return { task, objects: manifests.map(({ object }) => object) };
}
