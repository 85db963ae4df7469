import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.js';
import { writeKubeconfig } from '../control-plane/kubeconfig.js';
import type { ProgramOptions, ProgramResult } from '../control-plane/run-program.js';
import type { FaultPlan, ProxiedRequest } from '../faults/fault.js';
import { startFaultProxy, type FaultProxy } from '../faults/fault-proxy.js';
import { adminIdentity } from './admin-identity.js';
import { createDeployment, type Deployment } from './deployment.js';

/** When a run is stopped, and how. */
export interface Interruption {
  /** The request that is never answered, and at which the first signal comes. */
  readonly at: (request: ProxiedRequest) => boolean;
  /** Whether the server sees that request; default true. */
  readonly reaches?: boolean;
  /** Default: SIGINT. The second comes as soon as the first has been answered: in one instant they are one to the kernel. */
  readonly signals?: readonly NodeJS.Signals[];
  /** Nothing is answered from then on. */
  readonly silent?: boolean;
}

/** How a run ended that was stopped. */
export interface Interrupted extends ProgramResult {
  /** From the first signal to the end. */
  readonly tookMs: number;
}

/** A control plane behind a proxy that keeps an answer back, so that signals can come at a request of one's choice. */
export interface Interruptible {
  readonly cluster: ControlPlane;
  readonly proxy: FaultProxy;
  /** Knows the proxy alone. */
  readonly kubeconfig: string;
  /** In a new namespace of that name; its runs go through the proxy, its kubectl does not. */
  deployment(namespace: string, files: Readonly<Record<string, string>>): Promise<Deployment>;
  /** Runs `flotilla <words>` until that request comes. Rejects when it never does. */
  interrupt(shop: Deployment, words: readonly string[], interruption: Interruption): Promise<Interrupted>;
  stop(): Promise<void>;
}

/** Starts it. */
export async function startInterruptible(): Promise<Interruptible> {
  const cluster = await startControlPlane({ audit: false });
  const { authority, identity } = await adminIdentity(cluster);
  const proxy = await startFaultProxy({ server: cluster.server, authority, identity });
  const kubeconfig = await writeKubeconfig(join(cluster.folder, 'holding.json'), {
    server: proxy.server,
    authority: proxy.authority,
    user: 'anybody',
    credentials: { token: 'the-proxy-knows-who-it-is' },
  });
  const behindProxy = { ...cluster, kubeconfig: { ...cluster.kubeconfig, admin: kubeconfig } };
  const folders: string[] = [];
  return {
    cluster,
    proxy,
    kubeconfig,
    deployment: async (namespace, files) => {
      await cluster.kubectl(['create', 'namespace', namespace]);
      const made = await createDeployment(behindProxy, namespace, files);
      folders.push(made.folder);
      return made;
    },
    interrupt: (shop, words, interruption) =>
      interrupt(proxy, { ...interruption, run: (options) => shop.run([...words, '-o', 'ndjson'], options) }),
    stop: async () => {
      await proxy.close();
      await cluster.stop();
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
    },
  };
}

interface Run {
  readonly run: (options: ProgramOptions) => Promise<ProgramResult>;
}

async function interrupt(
  proxy: FaultProxy,
  { at, reaches = true, signals = ['SIGINT'], silent = false, run }: Interruption & Run,
): Promise<Interrupted> {
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  let heldAt: number | undefined;
  const plan: FaultPlan = (request) => {
    const isFirst = heldAt === undefined && at(request);
    if (isFirst) {
      heldAt = performance.now();
      kill(signals[0] ?? 'SIGINT');
    }
    const isHeld = isFirst || (silent && heldAt !== undefined);
    return isHeld ? { kind: 'half-open', reaches: isFirst && reaches } : undefined;
  };
  proxy.plan = plan;
  let isStopping = false;
  const ended = await run({
    onStart: (end) => {
      kill = end;
    },
    onOutput: (_stdout, stderr, end) => {
      const second = signals[1];
      if (isStopping || second === undefined || !stderr.includes(': stopping')) return;
      isStopping = true;
      end(second);
    },
  });
  proxy.plan = () => undefined;
  if (heldAt === undefined) throw new Error(`It ended before: ${ended.stdout}${ended.stderr}`);
  return { ...ended, tookMs: performance.now() - heldAt };
}

/** A request that writes that object, whatever the method. */
export const writes = (kind: string, name: string) => (request: ProxiedRequest) =>
  request.method !== 'GET' && !request.isDryRun && request.path.endsWith(`/${kind}/${name}`);
