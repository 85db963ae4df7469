import type { Command } from '../command.js';
import { version as versionText } from '../version.js';

export const version: Command = {
  name: 'version',
  summary: 'says the version',
  positionals: '',
  positionalsMax: 0,
  flags: ['help'],
  outputs: [],
  run: ({ ports }) => {
    ports.stdout.write(`${versionText()}\n`);
    return Promise.resolve(0);
  },
};
