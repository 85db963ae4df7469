import type { Command } from '../command.js';

export const version: Command = {
  name: 'version',
  summary: 'says the version',
  positionals: '',
  positionalsMax: 0,
  flags: [],
  outputs: [],
  run: ({ ports }) => {
    ports.stdout.write(`${ports.version()}\n`);
    return Promise.resolve(0);
  },
};
