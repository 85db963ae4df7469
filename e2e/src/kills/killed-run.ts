import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProgramOptions, ProgramResult } from '../control-plane/run-program.js';
import { flotilla } from '../testing/flotilla.js';
import { startKillProxy, type Moment, type ProxiedWrite } from './kill-proxy.js';

/** At which of its writes a run dies, and when. */
export interface Death {
  readonly at: number;
  readonly moment: Moment;
}

/** What became of a run that was to die. */
export interface DeadRun {
  readonly result: ProgramResult;
  /** The write at which it was killed; undefined when it had ended before. */
  readonly killedAt: ProxiedWrite | undefined;
  /** All writes that it sent. */
  readonly writes: readonly string[];
}

/** Runs `flotilla <words>` through a proxy that kills it (SIGKILL) at the write that `death` says. */
export async function runUntilKilled(
  words: readonly string[],
  {
    kubeconfig,
    death,
    options = {},
  }: {
    readonly kubeconfig: string;
    readonly death: Death;
    readonly options?: ProgramOptions;
  },
): Promise<DeadRun> {
  let kill: ((signal: NodeJS.Signals) => void) | undefined;
  let killedAt: ProxiedWrite | undefined;
  const proxy = await startKillProxy({
    kubeconfig,
    onWrite: (moment, write) => {
      if (killedAt !== undefined) return true;
      if (write.count !== death.at || moment !== death.moment) return false;
      killedAt = write;
      kill?.('SIGKILL');
      return true;
    },
  });
  try {
    const args = [...words, '--kubeconfig', await writeKubeconfigFor(proxy.server)];
    const result = await flotilla(args, {
      ...options,
      onStart: (end) => {
        kill = end;
      },
    });
    return { result, killedAt, writes: [...proxy.writes] };
  } finally {
    await proxy.close();
  }
}

async function writeKubeconfigFor(server: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-kill-'));
  const path = join(folder, 'kubeconfig');
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'proxy',
    clusters: [{ name: 'proxy', cluster: { server } }],
    users: [{ name: 'proxy', user: {} }],
    contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'proxy' } }],
  };
  await writeFile(path, JSON.stringify(kubeconfig));
  return path;
}
