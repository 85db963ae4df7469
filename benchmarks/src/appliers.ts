import { join } from 'node:path';
import {
  findBinaries,
  helmModule,
  kubernetesModule,
  runProgram,
  type ControlPlane,
  type KubeClient,
} from '@flotilla/e2e';
import type { ApplyWork } from './apply-work.js';
import { applyBare, awaitAvailable } from './bare-client.js';
import { runFlotilla } from './programs.js';

/** The cluster as all contenders see it, near or far. */
export interface ApplyTarget {
  readonly cluster: ControlPlane;
  readonly roundTripMs: number;
  /** Where all contenders send their requests. */
  readonly kubeconfig: string;
  readonly client: KubeClient;
}

/** One way of applying all objects of a work to a namespace that exists. */
export interface Applier {
  readonly name: string;
  /** Part of the names of its namespaces. */
  readonly id: string;
  readonly apply: (work: ApplyWork, namespace: string, target: ApplyTarget) => Promise<unknown>;
  /** Waits until Deployments are ready by itself. */
  readonly waits: boolean;
}

/** What Flotilla without its preflight cannot be faster than, nor anybody else. */
export const bare: Applier = {
  name: 'bare client',
  id: 'bare',
  waits: false,
  apply: ({ objects }, namespace, { client }) => applyBare(client, objects, { namespace }),
};

/** What Flotilla with its preflight cannot be faster than: no write before all dry runs are answered. */
export const bareWithDryRun: Applier = {
  name: 'bare client, dry runs first',
  id: 'bare-dry',
  waits: false,
  apply: async ({ objects }, namespace, { client }) => {
    await applyBare(client, objects, { namespace, dryRun: true });
    await applyBare(client, objects, { namespace });
  },
};

function flotillaApplier(name: string, id: string, args: readonly string[]): Applier {
  return {
    name,
    id,
    waits: true,
    apply: ({ file }, namespace, { kubeconfig }) =>
      runFlotilla(['deploy', '-f', file, '--kubeconfig', kubeconfig, '-n', namespace, '-q', ...args]),
  };
}

export const flotilla = flotillaApplier('flotilla deploy', 'flotilla', []);

export const flotillaDirect = flotillaApplier('flotilla deploy --no-preflight', 'flotilla-direct', [
  '--no-preflight',
]);

export const kubectl: Applier = {
  name: 'kubectl apply --server-side',
  id: 'kubectl',
  waits: false,
  apply: async ({ manifests }, namespace, { kubeconfig }) => {
    const program = join(await findBinaries(kubernetesModule), 'kubectl');
    const args = ['apply', '--server-side', '-f', manifests, '-n', namespace, '--kubeconfig', kubeconfig];
    await succeed(program, args);
  },
};

export const helm: Applier = {
  name: 'helm upgrade --install --wait',
  id: 'helm',
  waits: true,
  apply: async ({ chart }, namespace, { kubeconfig }) => {
    const program = join(await findBinaries(helmModule), 'helm');
    const release = ['upgrade', '--install', 'bench', chart, '-n', namespace];
    await succeed(program, [...release, '--wait', '--timeout', '15m', '--kubeconfig', kubeconfig]);
  },
};

/** Applies, and gives those who do not wait by themselves a watch until all Deployments are available. */
export async function applyUntilReady(
  applier: Applier,
  work: ApplyWork,
  { namespace, target }: { readonly namespace: string; readonly target: ApplyTarget },
): Promise<void> {
  const { client } = target.cluster;
  await Promise.all([
    applier.apply(work, namespace, target),
    applier.waits ? undefined : awaitAvailable(client, namespace, work.objects.length),
  ]);
}

async function succeed(program: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await runProgram(program, args, { timeoutMs: 20 * 60_000 });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
