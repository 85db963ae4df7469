import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { systemClock } from '@flotilla/core';
import { startEmbeddedCluster } from '@flotilla/k8s-executor/embedded';
import type { Command, Invocation } from '../command.js';
import type { Ports } from '../ports.js';
import { refuseUsage } from '../refusal.js';

export const cluster: Command = {
  name: 'cluster',
  summary: 'runs the embedded cluster in the foreground, for other terminals to use',
  positionals: '',
  positionalsMax: 0,
  flags: ['kubeconfig-out', 'port', 'quiet', 'help'],
  outputs: [],
  run: runCluster,
};

async function runCluster({ flags, ports }: Invocation): Promise<number> {
  const started = await startEmbeddedCluster({ clock: systemClock, ...readPort(flags.value('port')) });
  const path = flags.value('kubeconfig-out');
  // Readable by its owner alone, as kubectl writes kubeconfigs.
  if (path !== undefined)
    writeFileSync(resolve(ports.workingDirectory, path), started.kubeconfig, { mode: 0o600 });
  if (!flags.has('quiet')) ports.stderr.write(instructions(started.server, path));
  if (path === undefined) ports.stdout.write(started.kubeconfig);
  const signal = await firstSignal(ports);
  await started.close();
  return signal === 'SIGINT' ? 130 : 143;
}

function instructions(server: string, path: string | undefined): string {
  const use = path === undefined ? 'its kubeconfig follows' : `use it with KUBECONFIG=${path}`;
  return `The embedded cluster, a simulation, listens on ${server}; ${use}. Ctrl-C ends it.\n`;
}

function readPort(said: string | undefined): { port?: number } {
  if (said === undefined) return {};
  const port = Number(said);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    refuseUsage(`--port is a port number, not ${JSON.stringify(said)}.`);
  return { port };
}

function firstSignal(ports: Ports): Promise<'SIGINT' | 'SIGTERM'> {
  return new Promise((resolveSignal) => {
    const dispose = ports.onSignal((signal) => {
      dispose();
      resolveSignal(signal);
    });
  });
}
