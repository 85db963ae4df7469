import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { LoadedPlan } from '@flotilla/core';
import type { Invocation } from './command.js';
import { loadPlan } from './load-plan.js';
import { RefusedError } from './refusal.js';

/**
 * The plan of the same workflow in another version of the file: `--compare` names a file, or a git revision in
 * which the file is looked up. Refuses with 66 when there is no such version, with 65 when it has errors.
 */
export async function loadEarlierPlan(invocation: Invocation, now: LoadedPlan): Promise<LoadedPlan> {
  const said = invocation.flags.value('compare') ?? '';
  const { workingDirectory } = invocation.ports;
  const positionals = [now.plan.workflow];
  if (existsSync(resolve(workingDirectory, said)))
    return loadPlan({ ...invocation, positionals }, { path: said });
  const text = await showRevision(resolve(workingDirectory, now.source.path), said);
  return loadPlan({ ...invocation, positionals }, { path: now.source.path, text });
}

// git itself refuses what is no revision; a word that begins with a dash would be an option to it.
function showRevision(path: string, revision: string): Promise<string> {
  const refuse = (why: string) =>
    new RefusedError({
      exitCode: 66,
      message: `there is no file ${revision}, and git has no ${basename(path)} in a revision of that name: ${why}`,
      help: 'Name a file, or a git revision such as origin/main or HEAD~1.',
    });
  if (revision.startsWith('-')) throw refuse('it begins with a dash');
  return new Promise((resolveText, reject) => {
    const words = ['show', `${revision}:./${basename(path)}`];
    execFile(
      'git',
      words,
      { cwd: dirname(path), encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolveText(stdout);
        else reject(refuse((stderr.trim().split('\n')[0] ?? error.message).replace(/^fatal: /, '')));
      },
    );
  });
}
