import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPlan, systemClock, type LoadedPlan } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import { connectTo } from '../cluster/connect-to.js';
import type { DeployPlanOptions } from '../deploy/deploy-options.js';
import { startEmbeddedCluster } from '../embedded/index.js';

/** A simulated cluster in which the tests of a file deploy, a hundred times as fast as a real one. */
export interface TestDeployments {
  readonly cluster: Cluster;
  /** Where the cluster answers, for requests that are not Flotilla's. */
  readonly server: string;
  /** An empty folder, and a new namespace. */
  open(): TestPlace;
  /** The name of a namespace that does not exist yet. */
  newNamespace(): string;
  close(): Promise<void>;
}

/** Where one test deploys from, and to. */
export interface TestPlace {
  readonly directory: string;
  readonly namespace: string;
  /** Writes files of the folder, by their names. */
  write(files: Readonly<Record<string, string>>): void;
  /** The plan that `flotilla.yaml` says; throws when it is wrong. */
  load(asked?: LoadAsked): LoadedPlan;
  /** What a run of that plan is given, each time under another name. */
  run(asked?: LoadAsked): Omit<DeployPlanOptions, 'prune'>;
  remove(): void;
}

interface LoadAsked {
  readonly workflow?: string | undefined;
  readonly only?: readonly string[] | undefined;
  readonly timeoutMs?: number | undefined;
}

export async function startTestDeployments(): Promise<TestDeployments> {
  const embedded = await startEmbeddedCluster({ clock: systemClock, speed: 100 });
  const { server } = embedded;
  const cluster = connectTo({
    server,
    context: 'embedded',
    defaultNamespace: 'default',
    clock: systemClock,
  });
  let namespaces = 0;
  const newNamespace = () => `test-${String(++namespaces)}`;
  return {
    cluster,
    server,
    newNamespace,
    open: () => openPlace(cluster, newNamespace()),
    async close() {
      cluster.close();
      await embedded.close();
    },
  };
}

function openPlace(cluster: Cluster, namespace: string): TestPlace {
  const directory = mkdtempSync(join(tmpdir(), 'flotilla-test-'));
  let runs = 0;
  const load = (asked: LoadAsked = {}) => loadFrom(directory, asked);
  return {
    directory,
    namespace,
    write(files) {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    },
    load,
    run: (asked) => ({
      ...load(asked),
      cluster,
      namespace,
      clock: systemClock,
      wallClock: () => new Date('2026-11-26T20:00:00Z'),
      origin: { who: 'ada@laptop', commit: 'c0ffee', url: null },
      run: `run-${String(++runs)}`,
      sink: () => undefined,
      createNamespace: true,
    }),
    remove() {
      rmSync(directory, { recursive: true });
    },
  };
}

function loadFrom(directory: string, { workflow, only, timeoutMs }: LoadAsked): LoadedPlan {
  const loaded = loadPlan({
    workingDirectory: directory,
    ...(workflow !== undefined && { workflow }),
    parameters: {},
    environment: {},
    strict: false,
    compile: { ...(only !== undefined && { only }), ...(timeoutMs !== undefined && { timeoutMs }) },
  });
  if (loaded.kind !== 'loaded') throw new Error(JSON.stringify(loaded));
  return loaded.loaded;
}
