import { cpus } from 'node:os';
import { benchApply } from './apply.js';
import { benchCompile } from './compile.js';
import { benchMakespan } from './makespan.js';
import { benchNx } from './nx.js';
import { benchNoticed } from './noticed.js';
import { benchParse } from './parse.js';
import { benchStartup } from './startup.js';

/** Every benchmark by the name that `npm run bench -- NAME` takes. */
const benchmarks = {
  startup: benchStartup,
  compile: benchCompile,
  parse: benchParse,
  makespan: benchMakespan,
  noticed: benchNoticed,
  apply: benchApply,
  nx: benchNx,
} as const;

function isName(name: string): name is keyof typeof benchmarks {
  return Object.hasOwn(benchmarks, name);
}

const [name = '', rounds] = process.argv.slice(2);
if (isName(name)) {
  console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}\n`);
  console.log(await benchmarks[name](rounds === undefined ? undefined : Number(rounds)));
} else {
  console.error(`usage: npm run bench -- ${Object.keys(benchmarks).join('|')} [ROUNDS]`);
  process.exitCode = 64;
}
