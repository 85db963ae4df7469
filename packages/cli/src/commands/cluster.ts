import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { cancelledExitCodes, systemClock } from '@flotilla/core';
import { startEmbeddedCluster, type EmbeddedCluster } from '@flotilla/k8s-executor/embedded';
import type { Command, Invocation } from '../command.js';
import type { Ports } from '../ports.js';
import { refuseUsage } from '../refusal.js';
import type { Signal } from '../signals.js';

export const cluster: Command = {
  name: 'cluster',
  summary: 'runs the embedded cluster in the foreground, for other terminals to use',
  positionals: '',
  positionalsMax: 0,
  flags: ['kubeconfig-out', 'port'],
  outputs: [],
  run: runCluster,
};

async function runCluster({ flags, ports }: Invocation): Promise<number> {
  const signalled = firstSignal(ports);
  const started = await startOn(readPort(flags.value('port')));
  try {
    const path = flags.value('kubeconfig-out');
    if (path === undefined) ports.stdout.write(started.kubeconfig);
    else writeKubeconfig(resolve(ports.workingDirectory, path), started.kubeconfig);
    if (!flags.has('quiet')) ports.stderr.write(instructions(started.server, path));
    return cancelledExitCodes[await signalled];
  } finally {
    await started.close();
  }
}

async function startOn(port: number | undefined): Promise<EmbeddedCluster> {
  try {
    return await startEmbeddedCluster({ clock: systemClock, ...(port !== undefined && { port }) });
  } catch (error) {
    const why = listenFailures[errorCode(error)];
    if (port === undefined || why === undefined) throw error;
    refuseUsage(
      `the cluster cannot listen on port ${port}: ${why}.`,
      'Name another one, or none for a free one.',
    );
  }
}

const listenFailures: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is in use',
  EACCES: 'permission denied',
};

// Readable by its owner alone, as kubectl writes kubeconfigs.
function writeKubeconfig(path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: 0o600 });
  } catch (error) {
    refuseUsage(`the kubeconfig cannot be written: ${error instanceof Error ? error.message : path}.`);
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function instructions(server: string, path: string | undefined): string {
  const use = path === undefined ? 'its kubeconfig is on stdout' : `use it with KUBECONFIG=${path}`;
  return `The embedded cluster, a simulation, listens on ${server}; ${use}. Ctrl-C ends it.\n`;
}

function readPort(said: string | undefined): number | undefined {
  if (said === undefined) return undefined;
  const port = Number(said);
  if (said === '' || !Number.isInteger(port) || port < 0 || port > 65_535)
    refuseUsage(`--port is a port number, not ${JSON.stringify(said)}.`);
  return port;
}

function firstSignal(ports: Ports): Promise<Signal> {
  return new Promise((resolveSignal) => {
    const dispose = ports.onSignal((signal) => {
      dispose();
      resolveSignal(signal);
    });
  });
}
