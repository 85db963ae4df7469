import type { Command } from '../command.js';

export const version: Command = {
  name: 'version',
  summary: 'says the version',
  positionals: '',
  positionalsMax: 0,
  flags: ['output'],
  outputs: ['text', 'json'],
  run: ({ flags, ports }) => {
    const version = ports.version();
    const asJson = flags.value('output') === 'json';
    ports.stdout.write(`${asJson ? JSON.stringify({ version }, null, 2) : version}\n`);
    return Promise.resolve(0);
  },
};
