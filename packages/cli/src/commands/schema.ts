import { deploymentFileJsonSchema } from '@flotilla/core';
import type { Command } from '../command.js';

export const schema: Command = {
  name: 'schema',
  summary: 'prints the JSON Schema of the flotilla file, for editors',
  positionals: '',
  positionalsMax: 0,
  flags: ['help'],
  outputs: [],
  run: ({ ports }) => {
    ports.stdout.write(`${JSON.stringify(deploymentFileJsonSchema(), null, 2)}\n`);
    return Promise.resolve(0);
  },
};
