import { cpus } from 'node:os';
import { applyRows, benchApply } from './apply.js';
import { benchCompile } from './compile.js';
import { benchInference } from './inference.js';
import { benchMakespan } from './makespan.js';
import { benchMemory } from './memory.js';
import { benchNx } from './nx.js';
import { benchNoticed } from './noticed.js';
import { benchParse } from './parse.js';
import { benchReported } from './reported.js';
import { benchRequests } from './requests.js';
import { benchStartup } from './startup.js';

/** Every benchmark by the name that `npm run bench -- NAME` takes. */
const benchmarks = {
  startup: benchStartup,
  compile: benchCompile,
  parse: benchParse,
  makespan: benchMakespan,
  noticed: benchNoticed,
  reported: benchReported,
  apply: benchApply,
  requests: benchRequests,
  memory: benchMemory,
  nx: benchNx,
  inference: benchInference,
} as const;

function isName(name: string): name is keyof typeof benchmarks {
  return Object.hasOwn(benchmarks, name);
}

function isRow(word: string): boolean {
  return applyRows.some((row) => row === word);
}

const [name = '', ...words] = process.argv.slice(2);
const rounds = words.map(Number).find((number) => number > 0);
const rows = words.filter((word) => Number.isNaN(Number(word)));
if (isName(name) && rows.every((row) => name === 'apply' && isRow(row))) {
  console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}\n`);
  const result = await benchmarks[name](rounds, rows, console.log);
  if (result !== undefined) console.log(result);
} else {
  console.error(`usage: npm run bench -- ${Object.keys(benchmarks).join('|')} [ROUNDS]`);
  console.error(`       npm run bench -- apply [${applyRows.join('|')}]... [ROUNDS]`);
  process.exitCode = 64;
}
