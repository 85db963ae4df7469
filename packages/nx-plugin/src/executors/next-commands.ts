import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import type { NextCommands } from './open-run-output';
import type { WorkflowOptions } from './options';

/** What says where a deployment is, and with which values its file is read. */
const whereOptions: readonly string[] = ['file', 'context', 'namespace', 'kubeconfig', 'envId', 'param'];

/**
 * What goes on with a run that was cut short, and what removes the deployment: with the options that were given on the
 * command line, since without them another place might be deployed to. None for a simulated cluster: it ends with its run.
 */
export async function nextCommands(
  options: WorkflowOptions,
  context: ExecutorContext,
): Promise<NextCommands> {
  if (options.cluster === 'embedded') return {};
  const { quoteWords } = await import('../runtime.mjs');
  const { projectName = '', targetName = 'deploy', configurationName } = context;
  const targets = context.projectsConfigurations.projects[projectName]?.targets ?? {};
  const given = givenOptions(options, configuredOptions(targets[targetName], configurationName));
  const run = (target: string, only: (name: string) => boolean) => {
    const configured = targets[target]?.configurations?.[configurationName ?? ''] !== undefined;
    const task = [projectName, target, ...(configured ? [configurationName] : [])].join(':');
    const flags = given.filter(([name]) => only(name)).flatMap(([name, value]) => printFlags(name, value));
    return quoteWords(['nx', 'run', task, ...flags]);
  };
  const isDestroy = ({ executor }: TargetConfiguration) => executor === '@flotilla/nx-plugin:destroy';
  const destroy = Object.entries(targets).find(([, target]) => isDestroy(target))?.[0];
  return {
    resumeCommand: run(targetName, () => true),
    ...(destroy !== undefined &&
      destroy !== targetName && { removeCommand: run(destroy, (name) => whereOptions.includes(name)) }),
  };
}

function configuredOptions(
  target: TargetConfiguration | undefined,
  configuration: string | undefined,
): Readonly<Record<string, unknown>> {
  const ofConfiguration: unknown = target?.configurations?.[configuration ?? ''];
  return { ...(target?.options as object | undefined), ...(ofConfiguration as object | undefined) };
}

/** Those that project.json does not say. */
function givenOptions(
  options: WorkflowOptions,
  configured: Readonly<Record<string, unknown>>,
): readonly (readonly [name: string, value: unknown])[] {
  return Object.entries(options).filter(
    ([name, value]) => !name.startsWith('_') && JSON.stringify(value) !== JSON.stringify(configured[name]),
  );
}

function printFlags(name: string, value: unknown): readonly string[] {
  const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (Array.isArray(value)) return value.flatMap((item) => printFlags(name, item));
  if (typeof value === 'boolean') return [value ? `--${flag}` : `--no-${flag}`];
  return typeof value === 'string' || typeof value === 'number' ? [`--${flag}=${String(value)}`] : [];
}
