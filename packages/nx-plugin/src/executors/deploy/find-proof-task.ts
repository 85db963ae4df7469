import type { ExecutorContext, Task } from '@nx/devkit';

/** The task `deploy-plan` that this invocation of Nx has run for the project before the target that runs. */
export function findProofTask(context: ExecutorContext): Task | undefined {
  const { taskGraph, projectName, targetName, configurationName, projectsConfigurations } = context;
  if (taskGraph === undefined || projectName === undefined) return undefined;
  const targets = projectsConfigurations.projects[projectName]?.targets ?? {};
  const task = Object.values(taskGraph.tasks).find(
    ({ target }) =>
      target.project === projectName &&
      target.target === targetName &&
      target.configuration === configurationName,
  );
  const before: readonly Dependency[] = task === undefined ? [] : (taskGraph.dependencies[task.id] ?? []);
  return before
    .flatMap((dependency) => taskGraph.tasks[idOf(dependency)] ?? [])
    .find(
      ({ target }) =>
        target.project === projectName &&
        targets[target.target]?.executor === '@flotilla/nx-plugin:deploy-plan',
    );
}

/** Until Nx 23 a dependency is the id of a task, from 24 on it has one. */
type Dependency = string | { readonly id: string };

function idOf(dependency: Dependency): string {
  return typeof dependency === 'string' ? dependency : dependency.id;
}
