import { main } from './main.js';
import { openProcess } from './open-process.js';

const { ports, end } = openProcess(new URL('../package.json', import.meta.url));
await end(await main(process.argv.slice(2), ports));
