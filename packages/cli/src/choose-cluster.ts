import { systemClock, type DeploymentFile } from '@flotilla/core';
import {
  openCluster,
  processEnvironment,
  type ClusterChoice,
  type OpenedCluster,
} from '@flotilla/k8s-executor';
import type { Invocation } from './command.js';
import type { FlagName } from './flags.js';
import { readScenario } from './read-scenario.js';
import { RefusedError, refuseUsage } from './refusal.js';
import { readDuration } from './run-options.js';

/** The flags by which commands choose a cluster. */
export const clusterFlags: readonly FlagName[] = [
  'context',
  'namespace',
  'kubeconfig',
  'cluster',
  'request-timeout',
];

/** Opens the cluster that the flags name. Refuses with 69, 77 or 78 when it cannot be had. */
export async function chooseCluster(invocation: Invocation, file: DeploymentFile): Promise<OpenedCluster> {
  const { flags } = invocation;
  const opened = await openCluster(file, clusterChoice(invocation, file), {
    clock: systemClock,
    environment: processEnvironment(),
    redactor: invocation.ports.redactor,
  });
  if (!opened.ok) throw new RefusedError(opened.refusal);
  if (opened.opened.simulated && !flags.has('quiet'))
    invocation.ports.stderr.write(
      'This is a simulation: the cluster is embedded in this process, nothing real is deployed.\n',
    );
  return opened.opened;
}

function clusterChoice(invocation: Invocation, file: DeploymentFile): ClusterChoice {
  const { flags } = invocation;
  const [kubeconfig, context, namespace] = [
    flags.value('kubeconfig'),
    flags.value('context'),
    flags.value('namespace'),
  ];
  const scenario = readScenario(invocation, file);
  const speed = readSpeed(invocation);
  const requestTimeoutMs = readDuration(flags, 'request-timeout');
  if (flags.value('cluster') !== 'embedded') {
    if (scenario !== undefined)
      refuseUsage('--with is for the embedded cluster.', 'Add --cluster embedded, or use flotilla rehearse.');
    if (speed !== undefined) refuseUsage('--speed is for the embedded cluster.', 'Add --cluster embedded.');
  } else if (context !== undefined || kubeconfig !== undefined) {
    const flag = context === undefined ? '--kubeconfig' : '--context';
    refuseUsage(`${flag} names a real cluster, --cluster embedded a simulated one: say one of them.`);
  }
  return {
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    ...(namespace !== undefined && { namespace }),
    ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
    ...(flags.value('cluster') === 'embedded' && {
      embedded: { ...(scenario !== undefined && { scenario }), ...(speed !== undefined && { speed }) },
    }),
  };
}

function readSpeed({ flags }: Invocation): number | undefined {
  const said = flags.value('speed');
  if (said === undefined) return undefined;
  const speed = Number(said);
  if (!Number.isFinite(speed) || speed <= 0)
    refuseUsage(`--speed is a number above 0, not ${JSON.stringify(said)}.`);
  return speed;
}
