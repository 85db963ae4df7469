import type { GateId, TaskId } from '../domain/ids.js';
import { planOf } from '../testing/format-compiled.js';
import { explainTask } from './explain-task.js';

const plan = planOf(
  'services: [{name: a}, {name: b}, {name: c}, {name: d, depends_on: [c]}, {name: e}]\n' +
    'workflows:\n  - name: setup\n    parallelize:\n' +
    '      - {step: one, tasks: [services.a, services.b]}\n' +
    '      - {step: two, tasks: [services.c, services.d]}\n' +
    '      - {step: three, tasks: [services.e]}\n',
);

test('a task waits for the tasks behind a gate and is waited for through the next', () => {
  const { waitsFor, waitedForBy, before, after } = explainTask(plan, 'services.c' as TaskId);
  expect(waitsFor).toMatchObject([
    { node: 'gate:one', tasks: ['services.a', 'services.b'], edge: { reasons: [{ kind: 'step-order' }] } },
  ]);
  expect(waitedForBy).toMatchObject([
    { node: 'services.d', tasks: ['services.d'], edge: { reasons: [{ kind: 'depends-on' }] } },
  ]);
  expect(before).toEqual(['services.a', 'services.b']);
  expect(after).toEqual(['services.d', 'services.e']);
});

test('a task that waits for nothing, and one for which nothing waits', () => {
  expect(explainTask(plan, 'services.a' as TaskId).waitsFor).toEqual([]);
  const last = explainTask(plan, 'services.e' as TaskId);
  expect(last.after).toEqual([]);
  expect(last.waitedForBy).toMatchObject([{ node: 'gate:three', tasks: [] }]);
});

test('a gate is no task', () => {
  expect(() => explainTask(plan, 'gate:one' as GateId as string as TaskId)).toThrow(
    /^Bug: gate:one is a gate/,
  );
});
