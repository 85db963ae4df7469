// npm run simulate -- [--seeds N] [--from K] [--seed S] [--verbose]: plays simulated worlds, see docs/simulation.md.
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { simulateSeed } from '../packages/k8s-executor/dist/simulation/index.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});

const first = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;
if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || count < 1) {
  console.error('usage: npm run simulate -- [--seeds N] [--from K] [--seed S] [--verbose]');
  process.exit(64);
}

const startedAt = performance.now();
const sums = { requests: 0, virtualMs: 0 };
const counts = new Map();
const faults = new Map();
const failed = [];
const add = (to, more) => {
  for (const [kind, times] of more) to.set(kind, (to.get(kind) ?? 0) + times);
};
const list = (of) => [...of].map(([kind, times]) => `${times} ${kind}`).join(', ') || 'none';
for (let seed = first; seed < first + count; seed += 1) {
  const result = await simulateSeed(seed);
  for (const key of Object.keys(sums)) sums[key] += result[key];
  add(counts, result.counts);
  add(faults, result.faults);
  if (result.violations.length > 0) {
    failed.push(seed);
    console.log(
      `seed ${seed}:\n  ${result.violations.join('\n  ')}\n  npm run simulate -- --seed ${seed} --verbose`,
    );
  }
  if (values.verbose) console.log(result.trace.join('\n'));
}

const seconds = (performance.now() - startedAt) / 1000;
const hours = Math.round(sums.virtualMs / 3_600_000);
console.log(
  `${count} seeds, ${sums.requests} requests, ${hours} h of virtual time in ${seconds.toFixed(1)} s`,
);
console.log(`processes: ${list(counts)}`);
console.log(`network: ${list(faults)}`);
console.log(
  failed.length === 0 ? 'no violations' : `VIOLATIONS in ${failed.length} seeds: ${failed.join(' ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
