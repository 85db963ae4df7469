import type { LoadedPlan } from '@flotilla/core';
import { prepareRun, type KubeObject, type PreparedRun } from '@flotilla/k8s-executor';
import { chooseCluster } from './choose-cluster.js';
import type { Invocation } from './command.js';
import { printDiagnostics, refuseWrong } from './load-plan.js';
import { printJson, printJsonLine } from './print-json.js';
import { planTarget } from './plan-target.js';
import { RefusedError, refuseUsage } from './refusal.js';

/**
 * `--dry-run=server`: everything up to the first write, with the API server's own checks, then what would be
 * applied. Resolves to 0; problems are refused as they are by a deploy.
 */
export async function dryRunOnServer(invocation: Invocation, loaded: LoadedPlan): Promise<number> {
  if (invocation.flags.has('no-preflight'))
    refuseUsage('--dry-run=server is the preflight: it makes no sense with --no-preflight.');
  const opened = await chooseCluster(invocation, loaded.file);
  try {
    const { flags } = invocation;
    const result = await prepareRun({
      ...loaded,
      ...planTarget(invocation, opened),
      forceConflicts: flags.has('force-conflicts'),
      replace: flags.has('replace'),
      createNamespace: flags.has('create-namespace') || opened.simulated,
    });
    if (!result.ok) {
      if ('diagnostics' in result) throw refuseWrong(invocation, result.diagnostics);
      throw new RefusedError(result.refusal);
    }
    printDiagnostics(invocation, result.run.diagnostics);
    printObjects(invocation, loaded, result.run);
    return 0;
  } finally {
    await opened.close();
  }
}

function printObjects({ flags, ports }: Invocation, { plan }: LoadedPlan, run: PreparedRun): void {
  const tasks = plan.tasks.map(({ id }) => ({ task: id, objects: run.objectsOf(id).map(referTo) }));
  const items = tasks.flatMap(({ task, objects }) => objects.map((object) => ({ task, object })));
  const format = flags.value('output');
  if (format === 'json') printJson(ports, { items });
  else if (format === 'ndjson') for (const item of items) printJsonLine(ports, item);
  else ports.stdout.write(`${formatObjects(tasks)}\nNothing was written: this was a dry run.\n`);
}

function referTo({ apiVersion, kind, metadata: { namespace, name } }: KubeObject) {
  return { apiVersion, kind, ...(namespace !== undefined && { namespace }), name };
}

type ObjectName = ReturnType<typeof referTo>;

function formatObjects(
  tasks: readonly { readonly task: string; readonly objects: readonly ObjectName[] }[],
): string {
  return tasks
    .flatMap(({ task, objects }) => [
      `${task}${objects.length === 0 ? '  no objects' : ''}`,
      ...objects.map(
        ({ kind, namespace, name }) => `    ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`,
      ),
    ])
    .map((line) => `${line}\n`)
    .join('');
}
