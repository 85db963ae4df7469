import { systemClock } from '@flotilla/core';
import {
  createClusterPool,
  printReasons,
  processEnvironment,
  type ClusterPool,
  type Proof,
  type Receipt,
} from '@flotilla/k8s-executor';
import type { Command, Invocation } from '../command.js';
import { findProjects, projectOf, type Project } from '../find-projects.js';
import { loadPlan } from '../load-plan.js';
import { printJson } from '../print-json.js';
import { proveLoaded } from '../prove-loaded.js';
import { withEnvironment } from '../read-environment.js';
import { RefusedError } from '../refusal.js';

export const affected: Command = {
  name: 'affected',
  summary: 'which deployments differ from what their environment runs; for nx run-many -p',
  positionals: '',
  positionalsMax: 0,
  flags: [
    'file',
    'context',
    'namespace',
    'kubeconfig',
    'environment',
    'images',
    'exit-code',
    'output',
    'param',
    'env-id',
    'strict',
  ],
  outputs: ['text', 'json'],
  run: affectedRun,
};

/** A project compared with what its environment runs. */
interface Compared extends Project {
  readonly deployment: string;
  readonly proof: Proof;
  readonly receipt: Receipt | undefined;
}

async function affectedRun(given: Invocation): Promise<number> {
  const invocation = { ...given, flags: withEnvironment(given) };
  const { flags, ports } = invocation;
  const root = ports.workingDirectory;
  const named = flags.list('file').map((file) => projectOf(root, file));
  const pool = createClusterPool({
    clock: systemClock,
    environment: processEnvironment(),
    redactor: ports.redactor,
  });
  try {
    const projects = flags.has('file') ? named : findProjects(root);
    const compared = await Promise.all(projects.map((project) => compare(invocation, project, pool)));
    const differing = compared.filter(({ proof }) => !proof.inSync);
    if (flags.value('output') === 'json') printJson(ports, { items: compared.map(describe) });
    else show(invocation, differing);
    return flags.has('exit-code') && differing.length > 0 ? 1 : 0;
  } finally {
    await pool.close();
  }
}

async function compare(invocation: Invocation, project: Project, pool: ClusterPool): Promise<Compared> {
  const { flags } = invocation;
  const loaded = loadPlan(invocation, { path: project.file });
  const [kubeconfig, context, namespace] = [
    flags.value('kubeconfig'),
    flags.value('context'),
    flags.value('namespace'),
  ];
  const opened = await pool.open(loaded.file, {
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    ...(namespace !== undefined && { namespace }),
  });
  if (!opened.ok) throw new RefusedError(opened.refusal);
  const { proof, receipt } = await proveLoaded(invocation, loaded, opened.opened);
  return { ...project, deployment: loaded.plan.name, proof, receipt };
}

/** Names on stdout, in one line that can be handed on; the reasons on stderr. */
function show({ flags, ports }: Invocation, differing: readonly Compared[]): void {
  if (!flags.has('quiet')) {
    for (const { name, proof } of differing)
      ports.stderr.write(
        `${name}\n${printReasons(proof)
          .map((reason) => `  ${reason}\n`)
          .join('')}`,
      );
  }
  if (differing.length > 0) ports.stdout.write(`${differing.map(({ name }) => name).join(',')}\n`);
}

function describe({ name, file, deployment, proof, receipt }: Compared) {
  const { clusterUid, namespace, inSync, reasons } = proof;
  const last =
    receipt === undefined
      ? null
      : { run: receipt.run, outcome: receipt.outcome, at: receipt.at, commit: receipt.commit };
  return { project: name, file, deployment, cluster: { uid: clusterUid, namespace }, inSync, reasons, last };
}
