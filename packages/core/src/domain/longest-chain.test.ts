import { planOf } from '../testing/format-compiled.js';
import type { NodeId } from './ids.js';
import { longestChains } from './longest-chain.js';

const plan = planOf(
  'services: [{name: a}, {name: b}, {name: c}, {name: d}]\nworkflows: [{name: setup, parallelize: ' +
    '[{step: one, tasks: [services.a, services.b]}, {step: two, tasks: [services.c, services.d]}]}]\n',
);
const takes: Readonly<Record<string, number>> = { a: 3, b: 5, c: 7, d: 7 };
const chains = longestChains(plan, ({ name }) => takes[name] ?? 0);

test.each([
  ['services.a', 10],
  ['services.b', 12],
  ['gate:one', 7],
  ['services.d', 7],
  ['gate:two', 0],
])('behind %s, itself included, are %d ms', (id, ms) => {
  expect(chains.behind(id as NodeId)).toBe(ms);
});

test('the critical path is the longest chain; of equal ones the first in file order', () => {
  expect(chains.criticalPath).toEqual(['services.b', 'services.c']);
  expect(chains.lengthMs).toBe(12);
});

test('where all tasks take no time, the path still begins at the first', () => {
  expect(longestChains(plan, () => 0).criticalPath).toEqual(['services.a', 'services.c']);
});

test('an unknown id is a bug of the caller', () => {
  expect(() => chains.behind('services.z' as NodeId)).toThrow(/^Bug: services.z/);
});
