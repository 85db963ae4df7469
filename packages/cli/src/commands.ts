import { nearest } from '@flotilla/core';
import type { Command } from './command.js';

// Loaded when asked for: `flotilla plan` must not pay for the Kubernetes client.
const loaders: Readonly<Record<string, () => Promise<Command>>> = {
  plan: async () => (await import('./commands/plan.js')).plan,
  rehearse: async () => (await import('./commands/rehearse.js')).rehearse,
  render: async () => (await import('./commands/render.js')).render,
  deploy: async () => (await import('./commands/deploy.js')).deploy,
  status: async () => (await import('./commands/status.js')).status,
  destroy: async () => (await import('./commands/destroy.js')).destroy,
  cluster: async () => (await import('./commands/cluster.js')).cluster,
  schema: async () => (await import('./commands/schema.js')).schema,
  version: async () => (await import('./commands/version.js')).version,
};

/** The loaders of all commands in the order of help. */
export function commands(): readonly (() => Promise<Command>)[] {
  return Object.values(loaders);
}

export function commandNamed(name: string): (() => Promise<Command>) | undefined {
  return Object.hasOwn(loaders, name) ? loaders[name] : undefined;
}

/** The command that somebody may have meant. */
export function nearestCommand(name: string): string | undefined {
  return nearest(name, Object.keys(loaders));
}
