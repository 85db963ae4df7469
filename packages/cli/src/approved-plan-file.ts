import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LoadedPlan } from '@flotilla/core';
import {
  approvedItems,
  deployPlan,
  formatDiff,
  isSealed,
  prepareRun,
  readClusterUid,
  sealPlan,
  type ApprovedPlan,
  type DeployPlanOptions,
  type DeployPlanResult,
  type OpenedCluster,
} from '@flotilla/k8s-executor';
import { chooseCluster } from './choose-cluster.js';
import { wantsColor } from './color.js';
import type { Invocation } from './command.js';
import { printDiagnostics, refuseWrong } from './load-plan.js';
import { readChangeOptions } from './read-change-options.js';
import { RefusedError } from './refusal.js';

/**
 * `plan --out FILE`: shows what a deploy would do to the cluster as it is now, and writes it to a file that can be
 * approved. Resolves to 0. Refuses what a deploy would be refused for.
 */
export async function writeApprovedPlan(invocation: Invocation, loaded: LoadedPlan): Promise<number> {
  const { flags, ports } = invocation;
  const opened = await chooseCluster(invocation, loaded.file);
  try {
    const approved = await comparePlan(invocation, loaded, opened);
    const file = flags.value('out') ?? '';
    const color = wantsColor(ports.stdout, flags, ports);
    ports.stdout.write(formatDiff(approved.items, { color }));
    writeFileSync(resolve(ports.workingDirectory, file), `${JSON.stringify(approved, null, 2)}\n`);
    ports.stdout.write(
      `written to ${file}: flotilla deploy ${file}, with the same flags, does exactly this.\n`,
    );
    return 0;
  } finally {
    await opened.close();
  }
}

async function comparePlan(
  invocation: Invocation,
  loaded: LoadedPlan,
  opened: OpenedCluster,
): Promise<ApprovedPlan> {
  const options = readChangeOptions(invocation, opened);
  const prepared = await prepareRun({ ...loaded, ...options });
  const compared = prepared.ok ? await approvedItems(prepared.run, options) : prepared;
  if (!compared.ok) {
    if ('diagnostics' in compared) throw refuseWrong(invocation, compared.diagnostics);
    throw new RefusedError(compared.refusal);
  }
  if (prepared.ok) printDiagnostics(invocation, prepared.run.diagnostics);
  const { plan } = loaded;
  return sealPlan({
    apiVersion: 'flotilla.dev/v1',
    kind: 'ApprovedPlan',
    name: plan.name,
    workflow: plan.workflow,
    plan: plan.digest,
    cluster: { uid: (await readClusterUid(opened.cluster)) ?? null, namespace: opened.namespace },
    items: compared.items,
    objects: compared.objects,
  });
}

/** The approved plan that the words of `deploy` name instead of a workflow; undefined when they name none. */
export function readApprovedPlan({ positionals, ports }: Invocation): ApprovedPlan | undefined {
  const [said] = positionals;
  if (said === undefined || !/[./]/.test(said)) return undefined;
  const parsed = parse(readText(resolve(ports.workingDirectory, said), said));
  if (isApprovedPlan(parsed)) {
    if (isSealed(parsed)) return parsed;
    throw new RefusedError({
      exitCode: 65,
      message: `nothing was written: ${said} was changed after it was written, so it is not what flotilla plan showed.`,
      help: 'Change the files of the deployment, and approve it anew: flotilla plan --out FILE',
    });
  }
  throw new RefusedError({
    exitCode: 65,
    message: `${said} is no approved plan.`,
    help: 'flotilla plan --out FILE writes one. (Workflows are named without dots and slashes.)',
  });
}

/**
 * `deploy FILE`: deploys what was approved. Refuses (65) when that was for another deployment, another order of tasks
 * or another cluster, or when anything has moved since.
 */
export function deployApproved(
  approved: ApprovedPlan,
): (options: DeployPlanOptions) => Promise<DeployPlanResult> {
  return async (options) => {
    await refuseOtherPlan(approved, options);
    return await deployPlan({ ...options, approved });
  };
}

async function refuseOtherPlan(
  approved: ApprovedPlan,
  { plan, cluster, namespace }: Pick<DeployPlanOptions, 'plan' | 'cluster' | 'namespace'>,
): Promise<void> {
  const uid = (await readClusterUid(cluster)) ?? null;
  const pairs = [
    ['the deployment', approved.name, plan.name],
    ['the cluster', approved.cluster.uid, uid],
    ['the namespace', approved.cluster.namespace, namespace],
    ['the plan (tasks and their order)', approved.plan, plan.digest],
  ] as const;
  const other = pairs.find(([, then, now]) => then !== now);
  if (other === undefined) return;
  const [what, then, now] = other;
  throw new RefusedError({
    exitCode: 65,
    message: `nothing was written: ${what} is not the one that was approved (${then ?? 'unknown'}, now ${now ?? 'unknown'}).`,
    help: 'Approve it anew: flotilla plan --out FILE',
  });
}

function readText(path: string, said: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new RefusedError({ exitCode: 66, message: `the file ${said} cannot be read.` });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isApprovedPlan(value: unknown): value is ApprovedPlan {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('items' in value)) return false;
  return value.kind === 'ApprovedPlan' && Array.isArray(value.items);
}
