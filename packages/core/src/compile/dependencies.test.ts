import { compileText, formatDiagnostics, formatEdges, planOf } from '../testing/format-compiled.js';

const steps = (...lines: string[]) =>
  ['workflows:', '  - name: setup', '    parallelize:', ...lines.map((line) => `      - ${line}`), ''].join(
    '\n',
  );

describe('depends_on (rule 3)', () => {
  test('inside a step it holds, and a warning names the better place', () => {
    const text =
      'services: [{name: api, depends_on: [db]}, {name: db}]\n' +
      steps('{step: one, tasks: [services.api, services.db]}');
    expect(formatEdges(planOf(text))).toEqual([
      'services.db -> services.api (depends-on:1)',
      'services.api -> gate:one (step-order:5)',
    ]);
    expect(formatDiagnostics(compileText(text).diagnostics)).toEqual([
      '1:37 warning compile/dependency-inside-step: services.api (line 5) depends on services.db (line 5) of the same step one, so the two do not run in parallel. | Move services.db to an earlier step, or services.api to a step of its own after this one; or say it where the order is: {task: services.api, needs: [services.db]}.',
    ]);
  });

  test('on a later step it holds nothing, also in a circle; on what is not deployed it says nothing', () => {
    const { diagnostics, ...compiled } = compileText(
      'services: [{name: a, depends_on: [b, gone]}, {name: b, depends_on: [a]}, {name: gone}]\n' +
        steps('{step: one, tasks: [services.a]}', '{step: two, tasks: [services.b]}') +
        '  - {name: other, order_from: [services.gone]}\n',
    );
    expect(compiled.ok && formatEdges(compiled.value)).toEqual([
      'services.a -> gate:one (step-order:5)',
      'gate:one -> services.b (step-order:5)',
      'services.b -> gate:two (step-order:6)',
    ]);
    expect(formatDiagnostics(diagnostics)).toEqual([
      '1:35 warning compile/dependency-on-later-step: services.a depends on services.b, which runs only in the later step two, so it starts without waiting for it. | Move services.b to step one or an earlier one, or services.a to a step after two.',
    ]);
  });

  test('into an earlier no-wait step it holds just that task, with a hint', () => {
    const text =
      'services: [{name: web}, {name: api, depends_on: [web]}, {name: db}]\n' +
      steps(
        '{step: slow, wait_for_finish: false, tasks: [services.web]}',
        '{step: apps, tasks: [services.api, services.db]}',
      );
    expect(formatEdges(planOf(text))).toContain('services.web -> services.api (depends-on:1)');
    expect(formatDiagnostics(compileText(text).diagnostics)).toEqual([
      expect.stringMatching(
        /^1:50 hint compile\/dependency-into-no-wait-step: services.api waits for services.web/,
      ),
    ]);
  });

  test('an edge that exists for two reasons carries both', () => {
    const plan = planOf(
      'services: [{name: a}, {name: b}]\n' +
        steps('{step: one, tasks: [services.a, {task: services.b, needs: [services.a, services.a]}]}'),
    );
    expect(formatEdges(plan)[0]).toBe('services.a -> services.b (needs:5, needs:5)');
  });
});

describe('circles', () => {
  test('the shortest one, edge by edge with its lines', () => {
    const { diagnostics } = compileText(
      'services:\n  - {name: a, depends_on: [c, b]}\n  - {name: b, depends_on: [c]}\n  - {name: c, depends_on: [a]}\n' +
        steps('{step: one, tasks: [services.all]}'),
    );
    const [cycle] = diagnostics.filter(({ code }) => code === 'compile/cycle');
    expect(cycle?.message).toBe('A circle that could never start: services.a → services.c → services.a.');
    expect(cycle?.related.map(({ message }) => message)).toEqual([
      'services.c waits for services.a (depends_on).',
      'services.a waits for services.c (depends_on).',
    ]);
  });

  test('through the order of steps', () => {
    const { diagnostics } = compileText(
      'services: [{name: a}, {name: b}]\n' +
        steps(
          '{step: one, tasks: [{task: services.a, needs: [services.b]}]}',
          '{step: two, tasks: [services.b]}',
        ),
    );
    expect(formatDiagnostics(diagnostics)).toEqual([
      '5:56 error compile/cycle: A circle that could never start: services.a → the end of step one → services.b → services.a. | Take one of these back, or move a task to another step.',
    ]);
  });

  test.each(['services.a', 'one'])('a task that needs itself by the name %s', (need) => {
    const { diagnostics } = compileText(
      'services: [{name: a}]\n' + steps(`{step: one, tasks: [{task: services.a, needs: [${need}]}]}`),
    );
    expect(diagnostics.map(({ code }) => code)).toEqual(['compile/cycle']);
  });

  test('those that share no node are all reported', () => {
    const { diagnostics } = compileText(
      'services: [{name: a}, {name: b}, {name: c}]\n' +
        steps(
          '{step: one, tasks: [{task: services.a, needs: [services.b]}, {task: services.b, needs: [services.a]}, {task: services.c, needs: [services.c]}]}',
        ),
    );
    expect(diagnostics.map(({ code }) => code)).toEqual(['compile/cycle', 'compile/cycle']);
  });
});
