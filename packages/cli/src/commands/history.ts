import { taskId, type DeploymentFile } from '@flotilla/core';
import { formatHistory, readHistory, type StoredRevision } from '@flotilla/k8s-executor';
import { chooseCluster, clusterFlags } from '../choose-cluster.js';
import type { Command, Invocation } from '../command.js';
import { loadPlan } from '../load-plan.js';
import { printJson } from '../print-json.js';
import { printYaml } from '../print-yaml.js';
import { RefusedError, refuseUsage } from '../refusal.js';

export const history: Command = {
  name: 'history',
  summary: 'the good revisions of every task: who, when, from which commit; what rollback can put back',
  positionals: '[task…]',
  positionalsMax: Number.POSITIVE_INFINITY,
  flags: ['file', ...clusterFlags, 'rehearsal', 'output', 'param', 'env-id'],
  outputs: ['text', 'json'],
  run: async (invocation) => {
    const { plan, file } = loadPlan({ ...invocation, positionals: [] });
    const opened = await chooseCluster(invocation, file);
    try {
      const place = { deployment: plan.name, namespace: opened.namespace };
      const read = await readHistory(opened.cluster, place);
      if (!read.ok) throw refuseUnreadable(read.failure);
      show(invocation, chooseRevisions(invocation, read.value), { ...place, file });
      return 0;
    } finally {
      await opened.close();
    }
  },
};

function refuseUnreadable(failure: { readonly kind: string; readonly message?: string }): RefusedError {
  const exitCode = failure.kind === 'status' ? 77 : 69;
  return new RefusedError({
    exitCode,
    message: `the history cannot be read: ${failure.message ?? failure.kind}`,
  });
}

function chooseRevisions(
  { positionals }: Invocation,
  revisions: readonly StoredRevision[],
): readonly StoredRevision[] {
  const known = new Set<string>(revisions.map(({ task }) => task));
  const unknown = positionals.find((task) => !known.has(task));
  if (unknown !== undefined && known.size > 0)
    refuseUsage(`${unknown} has no revisions.`, `There are some of ${[...known].join(', ')}.`);
  return positionals.length === 0 ? revisions : revisions.filter(({ task }) => positionals.includes(task));
}

interface Shown {
  readonly deployment: string;
  readonly namespace: string;
  readonly file: DeploymentFile;
}

function show(
  { flags, ports }: Invocation,
  revisions: readonly StoredRevision[],
  { deployment, namespace, file }: Shown,
): void {
  if (flags.has('rehearsal')) {
    ports.stdout.write(printYaml({ tasks: rehearse(revisions, file) }));
  } else if (flags.value('output') === 'json') {
    printJson(ports, { deployment, namespace, items: revisions.map(toItem) });
  } else {
    ports.stdout.write(formatHistory(revisions, { deployment, namespace }));
  }
}

function toItem({
  number,
  task,
  at,
  who,
  commit,
  outcome,
  durationMs,
  digest,
  run,
  workflow,
}: StoredRevision) {
  return { task, revision: number, at, who, commit, outcome, durationMs, digest, run, workflow };
}

/** How long each task took when it was last changed. What the file no longer defines cannot be rehearsed. */
function rehearse(revisions: readonly StoredRevision[], file: DeploymentFile) {
  const defined = new Set<string>([
    ...file.services.map(({ name }) => taskId('services', name.value)),
    ...file.jobs.map(({ name }) => taskId('jobs', name.value)),
    ...file.charts.map(({ name }) => taskId('charts', name.value)),
  ]);
  const newest = new Map<string, number>();
  for (const { task, durationMs } of revisions)
    if (durationMs !== null && defined.has(task) && !newest.has(task)) newest.set(task, durationMs);
  return Object.fromEntries([...newest].map(([task, ms]) => [task, { takes: `${Math.max(1, ms)}ms` }]));
}
