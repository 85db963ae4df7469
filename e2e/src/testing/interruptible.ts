import type { ControlPlane } from '../control-plane/control-plane.js';
import type { ProgramOptions, ProgramResult } from '../control-plane/run-program.js';
import type { FaultPlan, ProxiedRequest } from '../faults/fault.js';
import type { FaultProxy } from '../faults/fault-proxy.js';
import { startProxyBefore, type ProxyBefore } from '../faults/proxy-before.js';
import type { Deployment, DeploymentFiles } from './deployment.js';
import { useControlPlane } from './use-control-plane.js';

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
  /** Knows the proxy alone. */
  readonly kubeconfig: () => string;
  /** In a new namespace of that name; its runs go through the proxy, its kubectl does not. */
  readonly deployment: (namespace: string, files: DeploymentFiles) => Promise<Deployment>;
  /** Runs `flotilla <words>` until that request comes. Rejects when it never does. */
  readonly interrupt: (
    shop: Deployment,
    words: readonly string[],
    interruption: Interruption,
  ) => Promise<Interrupted>;
}

/** From a signal to the end: running writes get five seconds to answer, the records as long again; the rest is for slow machines. */
export const boundMs = 60_000;

/** To be called at the top of a suite, as `useControlPlane`. */
export function useInterruptible(): Interruptible {
  const { cluster, deployment } = useControlPlane({ audit: false });
  let started: ProxyBefore | undefined;

  beforeAll(async () => {
    started = await startProxyBefore(cluster);
  });

  afterAll(async () => {
    await started?.close();
  });

  const proxy = () => {
    if (started === undefined) throw new Error('Bug: the proxy is used before it runs.');
    return started;
  };
  return {
    cluster,
    kubeconfig: () => proxy().kubeconfig,
    deployment: (namespace, files) => deployment(namespace, files, proxy().kubeconfig),
    interrupt: (shop, words, interruption) =>
      interrupt(proxy(), {
        ...interruption,
        run: (options) => shop.run([...words, '-o', 'ndjson'], options),
      }),
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
