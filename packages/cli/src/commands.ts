import type { Command } from './command.js';

// Loaded when asked for: `flotilla plan` must not pay for the Kubernetes client.
const loaders: Readonly<Record<string, () => Promise<Command>>> = {
  init: async () => (await import('./commands/init.js')).init,
  plan: async () => (await import('./commands/plan.js')).plan,
  rehearse: async () => (await import('./commands/rehearse.js')).rehearse,
  render: async () => (await import('./commands/render.js')).render,
  diff: async () => (await import('./commands/diff.js')).diff,
  deploy: async () => (await import('./commands/deploy.js')).deploy,
  status: async () => (await import('./commands/status.js')).status,
  affected: async () => (await import('./commands/affected.js')).affected,
  prove: async () => (await import('./commands/prove.js')).prove,
  unlock: async () => (await import('./commands/unlock.js')).unlock,
  history: async () => (await import('./commands/history.js')).history,
  rollback: async () => (await import('./commands/rollback.js')).rollback,
  destroy: async () => (await import('./commands/destroy.js')).destroy,
  ready: async () => (await import('./commands/ready.js')).ready,
  cluster: async () => (await import('./commands/cluster.js')).cluster,
  schema: async () => (await import('./commands/schema.js')).schema,
  completion: async () => (await import('./commands/completion.js')).completion,
  version: async () => (await import('./commands/version.js')).version,
};

/** The names of all commands in the order of help. */
export function commandNames(): readonly string[] {
  return Object.keys(loaders);
}

/** All commands in the order of help. */
export function loadCommands(): Promise<readonly Command[]> {
  return Promise.all(Object.values(loaders).map((load) => load()));
}

export function commandNamed(name: string): (() => Promise<Command>) | undefined {
  return Object.hasOwn(loaders, name) ? loaders[name] : undefined;
}
