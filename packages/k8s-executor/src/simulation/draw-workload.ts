import { builtInDurations, compilePlan, parseDeploymentFile } from '@flotilla/core';
import type { DeploymentFile, Plan, Rehearsal, TaskId } from '@flotilla/core';
import { drawRun, fileText } from '@flotilla/core/testing';
import type { WrittenFile, WrittenRehearsal } from '@flotilla/core/testing';
import type { KubeObject } from '../cluster/kube-object.js';
import type { RunProgram } from '../manifest/run-program.js';
import { drawObjects } from './draw-objects.js';
import type { SeededRandom } from './seeded-random.js';

/** A state of the repository: what somebody may deploy. */
export interface Version {
  readonly name: string;
  readonly file: DeploymentFile;
  readonly plan: Plan;
  /** Plays kubectl and helm, which render the tasks. */
  readonly runProgram: RunProgram;
}

/** What is deployed in one simulated world. */
export interface Workload {
  /** One version, or two that differ in some of their objects. */
  readonly versions: readonly [Version, ...Version[]];
  readonly rehearsal: Rehearsal;
  readonly concurrency: number | undefined;
  /** Every task can succeed, within its timeout. */
  readonly isHealthy: boolean;
  /** Values that may stand in Secrets only. */
  readonly secrets: readonly string[];
}

export const deploymentName = 'sim';

/** Draws a workflow by the generator of core's own properties, and Kubernetes objects for each of its tasks. */
export function drawWorkload(random: SeededRandom): Workload {
  const isHealthy = random.chance(0.8);
  for (let tries = 0; ; tries += 1) {
    const draws = random.fork(`workflow-${tries}`);
    const run = drawRun((limit) => draws.below(limit), 3);
    const { file } = run;
    const compiled = compile(file, isHealthy);
    if (compiled === undefined) continue;
    const names = ['A', ...(random.chance(0.5) ? ['B'] : [])];
    const versions = names.map((name) => ({ name, ...compiled, runProgram: renderer(random, file, name) }));
    const [first, ...others] = versions;
    if (first === undefined) throw new Error('Bug: a workload without a version');
    return {
      versions: [first, ...others],
      rehearsal: rehearsalOf(run.rehearsal, isHealthy),
      concurrency: run.concurrency,
      isHealthy,
      secrets: tasksOf(file).map(({ id }) => secretOf(id)),
    };
  }
}

/** Undefined for a file that no deployment can use: with a circle, without a task, or one that removes all. */
function compile(written: WrittenFile, isHealthy: boolean): Pick<Version, 'file' | 'plan'> | undefined {
  const source = { path: 'flotilla.yaml', text: renderedText(written, isHealthy) };
  const parsed = parseDeploymentFile(source, { folderName: deploymentName, parameters: {}, environment: {} });
  if (!parsed.ok) return undefined;
  const plan = compilePlan(parsed.value, {});
  if (!plan.ok || plan.value.tasks.length === 0) return undefined;
  if (plan.value.tasks.some(({ kind }) => kind === 'remove-environment')) return undefined;
  return { file: parsed.value, plan: plan.value };
}

/** Services and jobs come from kustomizations, so that what they render can be anything; nothing healthy is hurried. */
function renderedText(written: WrittenFile, isHealthy: boolean): string {
  const text = fileText(written).replaceAll(
    /"name":"([sj]\d+)","image":"[^"]*"/g,
    (_whole, name: string) => `"name":"${name}","kustomize":"k8s/${name}"`,
  );
  const keep = (key: string, value: unknown) => (isHealthy && key.endsWith('timeout') ? undefined : value);
  return JSON.stringify(JSON.parse(text, keep));
}

function tasksOf(file: WrittenFile): readonly { readonly id: string; readonly name: string }[] {
  const of = (section: 'services' | 'jobs' | 'charts') =>
    file[section].map(({ name }) => ({ id: `${section}.${name}`, name }));
  return [...of('services'), ...of('jobs'), ...of('charts')];
}

function secretOf(id: string): string {
  return `hush-${id}-value`;
}

/** Kinds and names are the same in every version, so that whatever version comes last says all there is. */
function renderer(random: SeededRandom, file: WrittenFile, version: string): RunProgram {
  const texts = new Map(
    tasksOf(file).map(({ id, name }) => {
      const isChanged = version === 'A' || random.fork(`${version}/${id}`).chance(0.5);
      const objects = drawObjects(random.fork(id), {
        name,
        isJob: id.startsWith('jobs.'),
        secret: secretOf(id),
        content: isChanged ? `content of ${version}` : 'content of A',
      });
      return [name, printObjects(objects)];
    }),
  );
  return ({ program, args }) => {
    const name = program === 'helm' ? args[1] : args[1]?.replace('k8s/', '');
    const stdout = texts.get(name ?? '');
    if (stdout === undefined) throw new Error(`Bug: nothing to render for ${program} ${args.join(' ')}`);
    return Promise.resolve({ kind: 'exited', code: 0, stdout, stderr: '' });
  };
}

function printObjects(objects: readonly KubeObject[]): string {
  return objects.map((object) => JSON.stringify(object)).join('\n---\n');
}

function rehearsalOf(written: WrittenRehearsal, isHealthy: boolean): Rehearsal {
  const tasks = Object.entries(written).map(([id, { takesMs, fails, healsMs }]) => {
    const shortMs = Math.min(takesMs, 60_000);
    const failure =
      isHealthy || fails === undefined ? {} : { fails, ...(healsMs !== undefined && { healsMs }) };
    return [id as TaskId, { takesMs: shortMs, ...failure }] as const;
  });
  return { defaults: builtInDurations, tasks: new Map(tasks) };
}
