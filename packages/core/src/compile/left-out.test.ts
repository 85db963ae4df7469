import { compileText, formatDiagnostics, planOf } from '../testing/format-compiled.js';

const file = (...workflow: readonly string[]) =>
  [
    'infrastructure: [{name: redis, type: terraform, directory: infra}]',
    'services: [{name: web}]',
    'workflows:',
    ...workflow,
  ].join('\n');

test('infrastructure that Release provisions is left out, with a warning; its step settles as it opens', () => {
  const text = file(
    '  - name: setup',
    '    parallelize:',
    '      - {step: infrastructure, tasks: [infrastructure.redis]}',
    '      - {step: apps, tasks: [services.web]}',
  );
  expect(planOf(text).steps.map(({ name, tasks }) => [name, tasks])).toEqual([
    ['infrastructure', []],
    ['apps', ['services.web']],
  ]);
  expect(formatDiagnostics(compileText(text).diagnostics)).toEqual([
    expect.stringContaining('6:40 warning compile/left-out: infrastructure.redis is left out'),
  ]);
});

test('a workflow of nothing but infrastructure is a plan without tasks', () => {
  expect(planOf(file('  - {name: setup, order_from: [infrastructure.redis]}')).tasks).toEqual([]);
});

test('what needs something left out takes it as already there', () => {
  const text = file(
    '  - name: setup',
    '    order_from: [infrastructure.all, {task: services.web, needs: [infrastructure.all]}]',
  );
  expect(planOf(text).edges.filter(({ to }) => to === 'services.web')).toEqual([]);
});

test('infrastructure that the file does not define is an unknown task, with the nearest name', () => {
  const text = file('  - {name: setup, order_from: [infrastructure.reddis, services.web]}');
  expect(formatDiagnostics(compileText(text).diagnostics)).toEqual([
    '4:32 error compile/unknown-task: The file defines no infrastructure.reddis. | Did you mean infrastructure.redis?',
  ]);
});
