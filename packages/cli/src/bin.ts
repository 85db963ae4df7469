import { main } from './main.js';
import { processPorts } from './process-ports.js';

process.exitCode = await main(
  process.argv.slice(2),
  processPorts(new URL('../package.json', import.meta.url)),
);
