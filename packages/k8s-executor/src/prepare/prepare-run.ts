import { hasErrors } from '@flotilla/core';
import type {
  Checked,
  Clock,
  DeploymentFile,
  Diagnostic,
  Plan,
  Refusal,
  TaskId,
  TaskRunner,
} from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import { keyOf, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { mostInFlight } from '../cluster/transport/write-gate.js';
import { chooseGrace } from '../failure/grace-times.js';
import type { GraceTimes } from '../failure/grace-times.js';
import { checkKindOrder } from '../manifest/check-kind-order.js';
import { checkObjects, type VersionsOf } from '../manifest/check-objects.js';
import type { ScopeOf } from '../manifest/kind-scope.js';
import { renderOthers, renderPlan } from '../manifest/render-plan.js';
import type { RenderedTask } from '../manifest/render-plan.js';
import type { Images } from '../manifest/replace-images.js';
import { runChildProcess, type RunProgram } from '../manifest/run-program.js';
import { partOfLabel } from '../record/apply-set.js';
import { findForeign, foreignDiagnostic } from '../record/find-foreign.js';
import { findPrunable, type FindPrunableResult } from '../record/find-prunable.js';
import { createDeploymentKey, randomKey } from '../record/deployment-key.js';
import { inventoryId } from '../record/inventory.js';
import { createMembership } from '../record/membership.js';
import { desiredDigest } from '../record/task-digests.js';
import { withDigest } from '../objects/digest.js';
import { createLiveObjects } from '../objects/live-objects.js';
import { ensureKey } from './ensure-key.js';
import { ensureOwnNamespace, findOwnNamespace } from './missing-namespaces.js';
import { readPlanFacts } from '../api-errors/plan-facts.js';
import { preflight, type PreflightResult } from './preflight.js';
import { addFile, addObjects, createRedactor } from '../objects/redactor.js';
import type { Redactor } from '../objects/redactor.js';
import type { RunContext } from '../tasks/run-context.js';
import { createSecretLearner } from '../objects/secret-learner.js';
import { jobInputs, runsToCompletion } from '../tasks/jobs/job-identity.js';
import { compileFileRules, judgeTasks } from './task-readiness.js';
import { createTaskRunner } from '../tasks/task-runner.js';
import { refuseUnknownScope, type UnknownScope } from './unknown-scope.js';

/** Objects that were applied before and are put back, instead of what the files say now. */
export interface RecordedObjects {
  readonly rendered: readonly RenderedTask[];
  /** When each task's revision was stored, by the API server's clock. */
  readonly storedAt: ReadonlyMap<TaskId, string>;
}

/** What a run is prepared from. */
export interface PrepareRunOptions {
  readonly file: DeploymentFile;
  readonly plan: Plan;
  /** The folder of the flotilla file, absolute; paths in the file are relative to it. */
  readonly directory: string;
  readonly cluster: Cluster;
  /** The deployment's own namespace, and where namespaced objects without one go. */
  readonly namespace: string;
  readonly clock: Clock;
  /** How renderers (kubectl, kustomize, helm) are run; default: child processes without a shell. */
  readonly runProgram?: RunProgram;
  /** What was built, to deploy instead of the images that the files name. */
  readonly images?: Images;
  /** Ends renderers that are still at work; nobody waits for the result then. */
  readonly signal?: AbortSignal;
  /** Learns the values of all Secrets that are rendered or read; give your own to use it for other outputs too. */
  readonly redactor?: Redactor;
  /** Dry run of every object and access review before the first write; default true (`--no-preflight`). */
  readonly preflight?: boolean;
  /** Takes fields over from other managers (`--force-conflicts`). */
  readonly forceConflicts?: boolean;
  /** Runs jobs again that have already succeeded (`--rerun-jobs`). */
  readonly rerunJobs?: boolean;
  /** Deletes and makes anew what cannot be changed (`--replace`); jobs are always. */
  readonly replace?: boolean;
  /** Creates the deployment's own namespace when it is missing (`--create-namespace`); default: that is a mistake. */
  readonly createNamespace?: boolean;
  /** How long evidence must last before it fails a task (execution.md §3); default: as the file says. */
  readonly grace?: GraceTimes;
  /** A rollback: what is applied instead of what the files render. */
  readonly recorded?: RecordedObjects;
  /** Takes objects over from another ApplySet, and the inventory from another tool (`--take-ownership`). */
  readonly takeOwnership?: boolean;
  /** Claims, volumes, namespaces and CRDs are deleted like everything else (`--prune-stateful`). */
  readonly pruneStateful?: boolean;
  /** Requests that one task has under way at the same time; default 32. */
  readonly applyConcurrency?: number;
  /** Names a key that nobody can guess (see `DeploymentKey`); default: from the machine's randomness. */
  readonly newKey?: () => string;
  /** `Warning:` headers of the API server, each text once. */
  readonly onWarning?: (message: string) => void;
}

/** A run that may begin: everything is rendered and checked, nothing is written. */
export interface PreparedRun {
  /**
   * The very first write, before there is a lock: creates the run's own namespace when it is missing, and that was asked
   * for or the files bring it. A refusal says why there can be no run.
   */
  createNamespace(cluster: Pick<Cluster, 'get' | 'apply' | 'create'>): Promise<Refusal | undefined>;
  /**
   * Looks at the cluster and tries the objects once more: whoever held the lock in between has written since. Undefined
   * when all is still well.
   */
  checkAgain(): Promise<NotPrepared | undefined>;
  /**
   * Writes the inventory, and the key of a deployment with secrets, ahead of everything else; to be awaited once the lock
   * is held, before any task runs. Reads the inventory
   * anew, since somebody else may have held the lock until now.
   */
  openInventory(cluster: Pick<Cluster, 'apply' | 'get' | 'create'>): Promise<Refusal | undefined>;
  /**
   * What runs the tasks. `series` names the run in the jobs that it makes; `leave` is awaited when the deployment's own
   * namespace is being deleted.
   */
  runnerFor(series: string, leave?: RunContext['leave']): TaskRunner;
  /** What the run will delete because nobody asks for it any more; a refusal when a task came out empty. */
  findPrunable(options?: { readonly allowEmpty?: boolean }): Promise<FindPrunableResult>;
  /** What all tasks of the run share. */
  readonly context: RunContext;
  /** The objects of a task as they will be applied, in apply order; none for tasks without objects. */
  objectsOf(task: TaskId): readonly KubeObject[];
  /** `desiredDigest` of the objects of a task; computed once. */
  desiredDigestOf(task: TaskId): string;
  /** The tasks of the plan with their objects and where each is asked for. */
  readonly rendered: readonly RenderedTask[];
  /** Warnings and hints that were found on the way. */
  readonly diagnostics: readonly Diagnostic[];
}

/** `refusal`: the cluster does not answer (69), or does not allow what the run needs (77). */
export type NotPrepared =
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** What comes of preparing a run. */
export type PrepareRunResult = { readonly ok: true; readonly run: PreparedRun } | NotPrepared;

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

/** Whether the server knows a kind, and the first of which it could not be asked. */
function discoverScopes(cluster: Cluster): {
  readonly scopeOf: ScopeOf;
  readonly versionsOf: VersionsOf;
  unknown(): UnknownScope | undefined;
} {
  let unknown: UnknownScope | undefined;
  return {
    unknown: () => unknown,
    async versionsOf(kind) {
      const all = await cluster.resources();
      return all.ok ? all.value.filter((each) => each.kind === kind).map(({ apiVersion }) => apiVersion) : [];
    },
    async scopeOf(apiVersion, kind) {
      const found = await cluster.resource(apiVersion, kind);
      if (!found.ok) unknown ??= { apiVersion, kind, failure: found.failure };
      if (!found.ok || found.value === undefined) return undefined;
      return found.value.namespaced ? 'namespaced' : 'cluster';
    },
  };
}

function objectsToJudge({ task, manifests }: RenderedTask) {
  return { task, objects: manifests.map(({ object }) => object) };
}

/** A job's digest covers what it reads too: with another configuration it is another job. */
function addDigests({ task, manifests }: RenderedTask): RenderedTask {
  const plain = manifests.map(({ object, span }) => ({ object: withDigest(object), span }));
  if (task.kind !== 'job') return { task, manifests: plain };
  const inputs = jobInputs(plain.map(({ object }) => object));
  return {
    task,
    manifests: manifests.map(({ object, span }) => ({
      object: runsToCompletion(object) ? withDigest(object, inputs) : withDigest(object),
      span,
    })),
  };
}

/** The objects as members of the deployment's ApplySet. The digest does not know of it: it says what the files ask. */
function joinSet(
  { task, manifests }: RenderedTask,
  { plan, namespace }: Pick<PrepareRunOptions, 'plan' | 'namespace'>,
): RenderedTask {
  const id = inventoryId({ deployment: plan.name, namespace });
  return {
    task,
    manifests: manifests.map(({ object, span }) => {
      const labels = { ...object.metadata.labels, [partOfLabel]: id };
      return { object: { ...object, metadata: { ...object.metadata, labels } }, span };
    }),
  };
}

function createContext(
  options: PrepareRunOptions & { readonly redactor: Redactor },
  found: Pick<RunContext, 'judgeOf' | 'takenOver'> & { readonly tasks: readonly RenderedTask[] },
): RunContext {
  const { cluster, clock, file, namespace, plan, redactor } = options;
  const { tasks, judgeOf, takenOver } = found;
  const owner = { deployment: plan.name, namespace };
  const live = createLiveObjects(cluster, clock, { ...owner, redactor });
  const applyConcurrency = options.applyConcurrency ?? mostInFlight;
  return {
    cluster,
    clock,
    file,
    ...owner,
    redactor,
    judgeOf,
    secrets: createSecretLearner(cluster, redactor),
    grace: options.grace ?? chooseGrace(file, {}),
    live,
    membership: createMembership({
      ...owner,
      cluster,
      live,
      file,
      applyConcurrency,
      objects: tasks.flatMap(({ manifests }) => manifests.map(({ object }) => object)),
      removesAll: plan.tasks.some(({ kind }) => kind === 'remove-environment'),
      takeOwnership: options.takeOwnership === true,
    }),
    key: createDeploymentKey(owner, options.newKey ?? randomKey),
    force: options.forceConflicts === true,
    takenOver,
    pruneStateful: options.pruneStateful === true,
    rerunJobs: options.rerunJobs === true,
    series: '',
    replace: options.replace === true,
    facts: readPlanFacts(tasks),
    createNamespace: options.createNamespace === true,
    applyConcurrency,
    changedTasks: new Set(),
    leave: () => Promise.resolve(),
    onWarning: warnOnce((message) => options.onWarning?.(redactor.redact(message))),
  };
}

function warnOnce(onWarning: ((message: string) => void) | undefined): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message)) return;
    said.add(message);
    onWarning?.(message);
  };
}

function startable(
  tasks: readonly RenderedTask[],
  context: RunContext,
  options: PrepareRunOptions,
): Omit<PreparedRun, 'checkAgain' | 'diagnostics'> {
  const objects = new Map(
    tasks.map(({ task, manifests }) => [task.id, manifests.map((manifest) => manifest.object)] as const),
  );
  const objectsOf = (task: TaskId) => objects.get(task) ?? [];
  const digests = new Map<TaskId, string>();
  const own = findOwnNamespace([...objects.values()].flat(), context.namespace);
  return {
    createNamespace: (cluster) =>
      context.createNamespace || own !== undefined
        ? ensureOwnNamespace({ ...context, cluster }, own)
        : Promise.resolve(undefined),
    openInventory: async (cluster) =>
      (await context.membership.open(cluster)) ??
      (await ensureKey(cluster, context, [...objects.values()].flat())),
    runnerFor: (series, leave = context.leave) => createTaskRunner(objectsOf, { ...context, series, leave }),
    findPrunable: ({ allowEmpty = false } = {}) =>
      findPrunable({
        ...options,
        objectsOf,
        allowEmpty,
        stateful: context.pruneStateful,
        members: () => context.membership.members(),
        ...(options.recorded !== undefined && { storedAt: options.recorded.storedAt }),
        renderOthers: (others) => renderOthers(others, options),
      }),
    context,
    objectsOf,
    desiredDigestOf: (task) => {
      const digest = digests.get(task) ?? desiredDigest(objectsOf(task));
      digests.set(task, digest);
      return digest;
    },
    rendered: tasks,
  };
}
