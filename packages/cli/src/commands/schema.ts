import { deploymentFileJsonSchema } from '@flotilla/core';
import type { Command } from '../command.js';

export const schema: Command = {
  name: 'schema',
  summary: 'prints the JSON Schema of the flotilla file, for editors',
  positionals: '',
  positionalsMax: 0,
  flags: [],
  outputs: [],
  run: async ({ ports }) => {
    ports.stdout.write(`${JSON.stringify(await deploymentFileJsonSchema(), null, 2)}\n`);
    return 0;
  },
};
