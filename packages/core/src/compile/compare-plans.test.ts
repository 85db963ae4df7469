import { planOf } from '../testing/format-compiled.js';
import { comparePlans } from './compare-plans.js';

const services = 'services: [{name: a}, {name: b}, {name: c}, {name: d}]\n';
const planWith = (steps: string) =>
  planOf(`${services}workflows: [{name: setup, parallelize: [${steps}]}]\n`, { workflow: 'setup' });
const everySecond = () => 1000;

const before = planWith('{step: one, tasks: [services.a, services.b]}, {step: two, tasks: [services.c]}');

test('a plan is the same as itself', () => {
  expect(comparePlans(before, before, everySecond)).toEqual({
    same: true,
    added: [],
    removed: [],
    starts: [],
    lostGuarantees: [],
    lostParallelism: [],
    policies: [],
    criticalPath: {
      before: { tasks: ['services.a', 'services.c'], lengthMs: 2000 },
      after: { tasks: ['services.a', 'services.c'], lengthMs: 2000 },
    },
  });
});

test('a task that no longer waits starts earlier and loses what was guaranteed', () => {
  const after = planWith(
    '{step: one, tasks: [services.a, services.b]}, {step: two, tasks: [{task: services.c, needs: [services.a]}]}',
  );
  const slowB = ({ id }: { readonly id: string }) => (id === 'services.b' ? 5000 : 1000);
  expect(comparePlans(before, after, slowB)).toMatchObject({
    same: false,
    starts: [{ task: 'services.c', beforeMs: 5000, afterMs: 1000 }],
    lostGuarantees: [{ first: 'services.b', then: 'services.c' }],
    lostParallelism: [],
    criticalPath: { before: { lengthMs: 6000 }, after: { tasks: ['services.b'], lengthMs: 5000 } },
  });
});

test('tasks that can no longer run side by side, neighbours only', () => {
  const after = planWith(
    '{step: one, tasks: [services.a]}, {step: mid, tasks: [services.b]}, {step: two, tasks: [services.c]}',
  );
  expect(comparePlans(before, after, everySecond)).toMatchObject({
    lostGuarantees: [],
    lostParallelism: [{ first: 'services.a', then: 'services.b' }],
    policies: [{ task: 'services.b', policy: 'step', before: 'one', after: 'mid' }],
    starts: [
      { task: 'services.b', beforeMs: 0, afterMs: 1000 },
      { task: 'services.c', beforeMs: 1000, afterMs: 2000 },
    ],
  });
});

test('what is added and removed, and policies; an order through a removed task counts', () => {
  const chain = planWith(
    '{step: x, tasks: [services.a]}, {step: y, tasks: [services.b]}, {step: z, tasks: [services.c]}',
  );
  const after = planWith('{step: x, halt_on_error: true, tasks: [services.a, services.c, services.d]}');
  expect(comparePlans(chain, after, everySecond)).toMatchObject({
    added: ['services.d'],
    removed: ['services.b'],
    lostGuarantees: [{ first: 'services.a', then: 'services.c' }],
    policies: [
      { task: 'services.a', policy: 'haltOnError', before: false, after: true },
      { task: 'services.c', policy: 'step', before: 'z', after: 'x' },
      { task: 'services.c', policy: 'haltOnError', before: false, after: true },
    ],
  });
});
