import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { hasErrors, sectionOfKind, taskId } from '@flotilla/core';
import type {
  Checked,
  ConfigFile,
  Container,
  DeploymentFile,
  Diagnostic,
  TaskId,
  TaskNode,
} from '@flotilla/core';
import { buildJobObjects, buildServiceObjects, buildSharedClaim } from './inline-objects.js';
import type { ConfigFileText } from './inline-pod.js';
import { builtInScope, groupOf, kindKey, scopesOfCrds } from './kind-scope.js';
import type { ScopeOf } from './kind-scope.js';
import { leaveOutHooks } from './leave-out-hooks.js';
import { normalizeObject } from './normalize-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import type { Manifest } from './parse-manifests.js';
import { readManifests } from './read-manifests.js';
import { replaceImages, type Images } from './replace-images.js';
import { renderChart } from './render-chart.js';
import { renderKustomize } from './render-kustomize.js';
import { runChildProcess } from './run-program.js';
import type { RunProgram } from './run-program.js';
import { orderForApply } from './waves.js';

/** What of a task says which objects it has. */
export type TaskToRender = Pick<TaskNode, 'id' | 'kind' | 'name'>;

export interface RenderOptions {
  readonly file: DeploymentFile;
  readonly plan: { readonly name: string; readonly tasks: readonly TaskToRender[] };
  /** The folder of the flotilla file. */
  readonly directory: string;
  /** Where namespaced objects without a namespace go. */
  readonly namespace: string;
  readonly runProgram?: RunProgram;
  /** What was built, to deploy instead of the images that the files name. */
  readonly images?: Images;
  /** Default: what Kubernetes itself knows, so that no cluster is needed. */
  readonly scopeOf?: ScopeOf;
}

/** The objects of one task as they will be applied, in apply order. None for what is static or removes. */
export interface RenderedTask {
  readonly task: TaskToRender;
  readonly manifests: readonly Manifest[];
}

/** Renders every task of the plan, in the plan's file order; all mistakes of all tasks come together. */
export async function renderPlan(options: RenderOptions): Promise<Checked<readonly RenderedTask[]>> {
  const results = await Promise.all(options.plan.tasks.map((task) => renderTask(task, options)));
  const diagnostics = results.flatMap((result) => result.diagnostics);
  if (hasErrors(diagnostics)) return { ok: false, diagnostics };
  const found = results.map((result) => (result.ok ? result.value : []));
  addSharedClaims(found, options);
  const scopeOf = withCrdsOf(found.flat(), options.scopeOf ?? builtInScope);
  const rendered = await Promise.all(
    options.plan.tasks.map(async (task, index) => ({
      task,
      manifests: await normalizeTask(task, found[index] ?? [], { ...options, scopeOf }),
    })),
  );
  return { ok: true, value: rendered, diagnostics };
}

/** The objects of tasks of the file that a plan may not run; undefined when one of them does not render. */
export async function renderOthers(
  ids: ReadonlySet<TaskId>,
  options: RenderOptions,
): Promise<readonly KubeObject[] | undefined> {
  const all = (['service', 'job', 'chart'] as const).flatMap((kind) =>
    options.file[sectionOfKind[kind]].map(({ name }) => ({
      kind,
      name: name.value,
      id: taskId(sectionOfKind[kind], name.value),
    })),
  );
  const tasks = all.filter(({ id }) => ids.has(id));
  const rendered = await renderPlan({ ...options, plan: { name: options.plan.name, tasks } });
  if (!rendered.ok) return undefined;
  return rendered.value.flatMap(({ manifests }) => manifests.map(({ object }) => object));
}

function renderTask(task: TaskToRender, options: RenderOptions): Promise<Checked<Manifest[]>> {
  switch (task.kind) {
    case 'service':
      return renderService(task, options);
    case 'job':
      return renderJob(task, options);
    case 'chart':
      return renderChartTask(task, options);
    case 'remove-environment':
      return Promise.resolve({ ok: true, value: [], diagnostics: [] });
  }
}

async function renderService(task: TaskToRender, options: RenderOptions): Promise<Checked<Manifest[]>> {
  const service = find(options.file.services, task);
  if (service.source.kind === 'inline') {
    return renderInline(service.container, options, (configFiles) =>
      buildServiceObjects(service, { file: options.file, configFiles }),
    );
  }
  return renderSource(service.source, options);
}

async function renderJob(task: TaskToRender, options: RenderOptions): Promise<Checked<Manifest[]>> {
  const job = find(options.file.jobs, task);
  if (job.source.kind === 'inline') {
    return renderInline(job.container, options, (configFiles) =>
      buildJobObjects(job, { file: options.file, configFiles }),
    );
  }
  return renderSource(job.source, options);
}

async function renderChartTask(task: TaskToRender, options: RenderOptions): Promise<Checked<Manifest[]>> {
  const { directory, namespace, runProgram = runChildProcess } = options;
  const chart = find(options.file.charts, task);
  const rendered = await renderChart(chart, { directory, namespace, runProgram });
  return copied(leaveOutHooks(rendered, chart.name.value));
}

async function renderSource(
  source: Exclude<DeploymentFile['services'][number]['source'], { kind: 'inline' }>,
  { directory, runProgram = runChildProcess }: RenderOptions,
): Promise<Checked<Manifest[]>> {
  switch (source.kind) {
    case 'manifests':
      return copied(await readManifests(source.patterns, directory));
    case 'kustomize':
      return copied(await renderKustomize(source.directory, { directory, runProgram }));
    case 'static':
      return { ok: true, value: [], diagnostics: [] };
  }
}

async function renderInline(
  container: Container,
  options: RenderOptions,
  build: (files: readonly ConfigFileText[]) => ReturnType<typeof buildServiceObjects>,
): Promise<Checked<Manifest[]>> {
  const files = await Promise.all(
    container.configFiles.map((file) => readConfigFile(file, options.directory)),
  );
  const missing = files.flatMap((file) => (file.ok ? [] : file.diagnostics));
  const built = build(files.flatMap((file) => (file.ok ? [file.value] : [])));
  const diagnostics = [...missing, ...built.diagnostics];
  if (hasErrors(diagnostics)) return { ok: false, diagnostics };
  return { ok: true, value: [...built.manifests], diagnostics };
}

function contentOf(bytes: Buffer): Pick<ConfigFileText, 'text' | 'isBinary'> {
  return isUtf8(bytes)
    ? { text: bytes.toString('utf8') }
    : { text: bytes.toString('base64'), isBinary: true };
}

async function readConfigFile(file: ConfigFile, directory: string): Promise<Checked<ConfigFileText>> {
  const { name, mountPath, repoPath } = file;
  try {
    const bytes = await readFile(path.resolve(directory, repoPath.value));
    return {
      ok: true,
      value: { name, mountPath, key: path.basename(repoPath.value), ...contentOf(bytes) },
      diagnostics: [],
    };
  } catch {
    const diagnostic: Diagnostic = {
      code: 'manifest/no-match',
      severity: 'error',
      message: `the config file \`${repoPath.value}\` cannot be read`,
      help: 'Paths are relative to the flotilla file.',
      span: repoPath.span,
      related: [],
    };
    return { ok: false, diagnostics: [diagnostic] };
  }
}

/** A shared claim belongs to the first task of the plan that mounts it: an object has one owner. */
function addSharedClaims(found: Manifest[][], options: RenderOptions): void {
  const added = new Set<string>();
  options.plan.tasks.forEach((task, index) => {
    for (const claim of sharedClaimsOf(task, options.file)) {
      if (added.has(claim)) continue;
      added.add(claim);
      const manifest = buildSharedClaim(options.file, claim);
      if (manifest !== undefined) found[index]?.push(manifest);
    }
  });
}

function sharedClaimsOf(task: TaskToRender, file: DeploymentFile): readonly string[] {
  if (task.kind !== 'service' && task.kind !== 'job') return [];
  const definition = task.kind === 'service' ? find(file.services, task) : find(file.jobs, task);
  if (definition.source.kind !== 'inline') return [];
  return definition.container.volumes.flatMap((volume) =>
    volume.kind === 'shared' ? [volume.claim.value] : [],
  );
}

function withCrdsOf(manifests: readonly Manifest[], scopeOf: ScopeOf): ScopeOf {
  const brought = scopesOfCrds(manifests.map((manifest) => manifest.object));
  return (apiVersion, kind) => {
    const scope = brought.get(kindKey(groupOf(apiVersion), kind));
    return scope === undefined ? scopeOf(apiVersion, kind) : Promise.resolve(scope);
  };
}

async function normalizeTask(
  task: TaskToRender,
  manifests: readonly Manifest[],
  { plan, namespace, scopeOf, images = new Map() }: RenderOptions & { readonly scopeOf: ScopeOf },
): Promise<readonly Manifest[]> {
  const owner = { deployment: plan.name, namespace, task: task.id };
  const normalized = await Promise.all(
    manifests.map(async ({ object, span }) => {
      const namespaced = (await scopeOf(object.apiVersion, object.kind)) !== 'cluster';
      const normalized = normalizeObject(object, owner, { namespaced, namespace });
      return { object: replaceImages(normalized, images), span };
    }),
  );
  return orderForApply(normalized);
}

function find<Definition extends { readonly name: { readonly value: string } }>(
  definitions: readonly Definition[],
  task: TaskToRender,
): Definition {
  const found = definitions.find((definition) => definition.name.value === task.name);
  if (found === undefined) throw new Error(`Bug: the plan holds ${task.id}, the file does not`);
  return found;
}

function copied(result: Checked<readonly Manifest[]>): Checked<Manifest[]> {
  return result.ok ? { ...result, value: [...result.value] } : result;
}
