import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../control-plane/run-program.js';
import type { GitHubJob, GitLabJob } from './documented.js';

/** The machine that a job runs on. */
export interface Runner {
  /** The checkout. */
  readonly workspace: string;
  /** What the hosting service tells every job. */
  readonly env: Readonly<Record<string, string>>;
  /** Where `npm`, `gh` and `curl` are replaced by `writeShims`. */
  readonly shims: string;
}

/**
 * Replaces the programs that a job talks to the world with: each notes its words, and what it would have posted, in a
 * file of its name. `npm ci` has been done.
 */
export async function writeShims(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of ['npm', 'gh', 'curl']) {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\n{ echo "$*"; cat plan.md 2>/dev/null || true; } > '${path}.called'\n`);
    await chmod(path, 0o700);
  }
}

/** What a shim was last called with, and what lay in plan.md then. */
export async function calledWith(runner: Runner, shim: string): Promise<string> {
  return readFile(join(runner.shims, `${shim}.called`), 'utf8');
}

/**
 * Runs the `run` of every step as GitHub does: each in a shell of its own, up to the first that fails. `values` are those
 * of `${{ … }}`; `uses` is taken for done. Resolves to what was said, and throws with it when a step fails.
 */
export async function runGitHubJob(
  job: GitHubJob,
  runner: Runner,
  values: Readonly<Record<string, string>>,
): Promise<string> {
  const files = {
    GITHUB_OUTPUT: join(runner.shims, 'output'),
    GITHUB_STEP_SUMMARY: join(runner.shims, 'summary'),
  };
  const outputs: Record<string, string> = { ...values };
  const fill = (env: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(env).map(([name, text]) => [name, substitute(text, outputs)]));
  const said: string[] = [];
  for (const step of job.steps) {
    if (step.run === undefined || !holds(step.if, outputs)) continue;
    for (const file of Object.values(files)) await writeFile(file, '');
    const env = { ...files, ...fill(job.env), ...fill(step.env) };
    const ran = await shell(['-e', '-c', substitute(step.run, outputs)], runner, env);
    said.push(ran, await readFile(files.GITHUB_STEP_SUMMARY, 'utf8'));
    for (const [, name = '', value = ''] of (await readFile(files.GITHUB_OUTPUT, 'utf8')).matchAll(
      /^(\w+)=(.*)$/gm,
    ))
      outputs[`steps.${step.id ?? ''}.outputs.${name}`] = value;
  }
  return said.join('');
}

/** Runs all lines of a job as GitLab does: in one shell, up to the first that fails; like `runGitHubJob`. */
export async function runGitLabJob(job: GitLabJob, runner: Runner): Promise<string> {
  const script = [...(job.before_script ?? []), ...job.script].join('\n');
  return shell(['-eo', 'pipefail', '-c', script], runner, job.variables ?? {});
}

async function shell(
  args: readonly string[],
  { workspace, env, shims }: Runner,
  more: Readonly<Record<string, string>>,
): Promise<string> {
  const all = { ...env, ...more, PATH: `${shims}:${process.env['PATH'] ?? ''}` };
  const { code, stdout, stderr } = await runProgram('bash', args, { cwd: workspace, env: all });
  if (code === 0) return stdout + stderr;
  throw new Error(`A step ended with ${code ?? 'a signal'}:\n${stdout}${stderr}`);
}

function substitute(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => valueOf(expression, values));
}

function valueOf(expression: string, values: Readonly<Record<string, string>>): string {
  const value = values[expression];
  if (value === undefined) throw new Error(`Nobody says what ${expression} is.`);
  return value;
}

function holds(condition: string | undefined, values: Readonly<Record<string, string>>): boolean {
  if (condition === undefined) return true;
  const asked = /^(\S+) != ''$/.exec(condition)?.[1];
  if (asked === undefined) throw new Error(`This condition is not understood: ${condition}`);
  return valueOf(asked, values) !== '';
}
