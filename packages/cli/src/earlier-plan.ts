import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { compilePlan, type DeploymentFile, type LoadedPlan, type Plan } from '@flotilla/core';
import type { Invocation } from './command.js';
import { loadPlan } from './load-plan.js';
import { RefusedError } from './refusal.js';

/**
 * The plan of the same workflow in another version of the file: `--compare` names a file, or a git revision in
 * which the file is looked up. In a revision from before the file it is a plan of nothing, and a note says so. Refuses
 * with 66 when there is no such file or revision, with 65 when that version has errors.
 */
export async function loadEarlierPlan(invocation: Invocation, now: LoadedPlan): Promise<Plan> {
  const said = invocation.flags.value('compare') ?? '';
  const { workingDirectory, stderr } = invocation.ports;
  const positionals = [now.plan.workflow];
  if (existsSync(resolve(workingDirectory, said)))
    return loadPlan({ ...invocation, positionals }, { path: said }).plan;
  const { path } = now.source;
  const text = await showRevision(resolve(workingDirectory, path), said);
  if (text !== undefined) return loadPlan({ ...invocation, positionals }, { path, text }).plan;
  stderr.write(`There is no ${basename(path)} in ${said}: everything is new.\n`);
  return planOfNothing(now.file);
}

function planOfNothing(file: DeploymentFile): Plan {
  const compiled = compilePlan({ ...file, services: [], jobs: [], charts: [], workflows: [] }, {});
  if (!compiled.ok) throw new Error('Bug: nothing has no errors.');
  return compiled.value;
}

/** The file as a revision has it; undefined when it has none. */
async function showRevision(path: string, revision: string): Promise<string | undefined> {
  const refuse = (why: string) =>
    new RefusedError({
      exitCode: 66,
      message: `there is no file ${revision}, and git has no ${basename(path)} in a revision of that name: ${why}`,
      help: 'Name a file, or a git revision such as origin/main or HEAD~1.',
    });
  // git itself refuses what is no revision; a word that begins with a dash would be an option to it.
  if (revision.startsWith('-')) throw refuse('it begins with a dash');
  const shown = await runGit(['show', `${revision}:./${basename(path)}`], path);
  if (shown.ok) return shown.text;
  const isRevision = await runGit(['rev-parse', '--verify', '--quiet', `${revision}^{tree}`], path);
  if (!isRevision.ok) throw refuse(shown.why);
  return undefined;
}

type GitAnswer = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string };

/** Asks git in the folder of a file. */
function runGit(words: readonly string[], path: string): Promise<GitAnswer> {
  const options = { cwd: dirname(path), encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
  return new Promise((resolveAnswer) => {
    execFile('git', words, options, (error, text, stderr) => {
      const why = stderr.trim().split('\n')[0] ?? error?.message ?? '';
      resolveAnswer(error === null ? { ok: true, text } : { ok: false, why: why.replace(/^fatal: /, '') });
    });
  });
}
