import type { ExecutorContext, TargetConfiguration, Task } from '@nx/devkit';
import type { Refusal } from '@flotilla/core';
import { proofGlob } from '../../infer-targets';

/** What `deploy-plan` has left for the deploy after it. */
interface Proving {
  /** Undefined when it has not run. */
  readonly task: Task | undefined;
  /** Where the deploy reads the proof, relative to the workspace's root. */
  readonly path: string;
}

/**
 * Why a result of the target that runs may not be kept; undefined when Nx does not keep it, or when its proof is part of
 * what Nx hashes. Targets that are written by hand may lack that, and so may inferred ones: `inputs` and `dependsOn` in
 * project.json or nx.json replace theirs.
 */
export function refuseCache(
  { target, projectName = '', targetName = '' }: ExecutorContext,
  { task, path }: Proving,
): Pick<Refusal, 'message' | 'help'> | undefined {
  if (target?.cache !== true) return undefined;
  if (task === undefined)
    return {
      message: 'deploy-plan did not run before this deploy, so a cached result of it could be a lie.',
      help: 'Run it without --exclude-task-dependencies; a target of your own needs deploy-plan in its dependsOn, or cache: false.',
    };
  if (!task.outputs.some((output) => path === output || path.startsWith(`${output}/`)))
    return {
      message: `The outputs of ${task.id} leave out its proof, so a cached result of this deploy could be a lie.`,
      help: `Say "outputs": ["{workspaceRoot}/${path}"] for it.`,
    };
  const globs = /-proof[^/]*\.json$/.test(path) ? [proofGlob, path] : [path];
  if (globs.some((glob) => readsOutputs(target, glob))) return undefined;
  return {
    message: `The inputs of ${projectName}:${targetName} leave out the proof, so a cached result of it could be a lie.`,
    help: `Add { "dependentTasksOutputFiles": "${globs[0] ?? path}" } where they are set: in project.json, or in targetDefaults of nx.json.`,
  };
}

function readsOutputs({ inputs = [] }: TargetConfiguration, glob: string): boolean {
  return inputs.some(
    (input) =>
      typeof input === 'object' &&
      'dependentTasksOutputFiles' in input &&
      input.dependentTasksOutputFiles === glob,
  );
}
