import type { NodeId, TaskId } from '../domain/ids.js';
import { defaultWorkflow, workflowNames } from './choose-workflow.js';
import {
  compileText,
  formatDiagnostics,
  formatEdges,
  parseText,
  planOf,
} from '../testing/format-compiled.js';

const steps = (...lines: string[]) =>
  ['workflows:', '  - name: setup', '    parallelize:', ...lines.map((line) => `      - ${line}`), ''].join(
    '\n',
  );

const policiesOf = (text: string) =>
  planOf(text).tasks.map(({ id, timeoutMs, attemptsMax, haltOnError, waitForFinish }) =>
    [id, timeoutMs, attemptsMax, haltOnError, waitForFinish].join(' '),
  );

describe('steps and gates', () => {
  test('steps follow each other through gates, m + n edges each, with the lines behind them', () => {
    const plan = planOf(
      'services: [{name: a}, {name: b}, {name: c}, {name: d}]\n' +
        steps('{step: one, tasks: [services.a, services.b]}', '{step: two, tasks: [services.c, services.d]}'),
    );
    expect(plan.nodes.map(({ id }) => id)).toEqual([
      'services.a',
      'services.b',
      'gate:one',
      'services.c',
      'services.d',
      'gate:two',
    ]);
    expect(formatEdges(plan)).toEqual([
      'services.a -> gate:one (step-order:5)',
      'services.b -> gate:one (step-order:5)',
      'gate:one -> services.c (step-order:5)',
      'gate:one -> services.d (step-order:5)',
      'services.c -> gate:two (step-order:6)',
      'services.d -> gate:two (step-order:6)',
    ]);
  });

  test('a step that is not waited for lets its successor open with it (rule 4)', () => {
    const plan = planOf(
      'services: [{name: a}, {name: b}, {name: c}]\n' +
        steps(
          '{step: one, tasks: [services.a]}',
          '{step: free, wait_for_finish: false, tasks: [services.b]}',
          '{step: two, tasks: [services.c]}',
        ),
    );
    expect(formatEdges(plan)).toEqual([
      'services.a -> gate:one (step-order:5)',
      'gate:one -> services.b (step-order:5)',
      'gate:one -> gate:free (step-order:5)',
      'gate:free -> services.c (step-order:6)',
      'services.c -> gate:two (step-order:7)',
    ]);
    expect(plan.steps.map(({ waitForFinish }) => waitForFinish)).toEqual([true, false, true]);
  });

  test('a step opens only when the one before has, also when all its tasks have needs (rule 1)', () => {
    const plan = planOf(
      'services: [{name: a}, {name: b}, {name: c}]\n' +
        steps(
          '{step: one, tasks: [services.a]}',
          '{step: two, tasks: [{task: services.b, needs: []}]}',
          '{step: three, tasks: [services.c]}',
        ),
    );
    expect(formatEdges(plan)).toEqual([
      'services.a -> gate:one (step-order:5)',
      'gate:one -> gate:two (step-order:5)',
      'services.b -> gate:two (step-order:6)',
      'gate:two -> services.c (step-order:6)',
      'services.c -> gate:three (step-order:7)',
    ]);
  });

  test('a step with an X.all of nothing settles as it opens (rule 12)', () => {
    const text =
      'services: [{name: a}, {name: b}]\n' +
      steps(
        '{step: one, tasks: [services.a]}',
        '{step: rest, tasks: [services.all]}',
        '{step: two, tasks: [services.b]}',
      );
    expect(formatEdges(planOf(text))).toContain('gate:one -> gate:rest (step-order:5)');
    expect(formatDiagnostics(compileText(text).diagnostics)).toEqual([
      '6:30 warning compile/catch-all-empty: services.all stands for nothing: this workflow names every one of the services itself, or there are none. | Remove it.',
    ]);
  });
});

describe('names', () => {
  test('X.all stands for what is named nowhere else, in file order, in place', () => {
    const plan = planOf(
      'services: [{name: a}, {name: b}, {name: c}]\njobs: [{name: x}]\n' +
        steps('{step: one, tasks: [services.all, jobs.all]}', '{step: two, tasks: [services.b]}'),
    );
    expect(plan.tasks.map(({ id }) => id)).toEqual(['services.a', 'services.c', 'jobs.x', 'services.b']);
  });

  test.each([
    ['services.dbb', 'services.db'],
    ['service.db', 'services.db'],
    ['services.migrate', 'jobs.migrate'],
    ['db', 'services.db'],
    ['jobs.al', 'jobs.all'],
    ['release.remove_enviroment', 'release.remove_environment'],
  ])('%s is an error that suggests %s', (written, meant) => {
    const text =
      'services: [{name: db}]\njobs: [{name: migrate}]\n' + steps(`{step: one, tasks: [${written}]}`);
    expect(formatDiagnostics(compileText(text).diagnostics)).toContain(
      `6:29 error compile/unknown-task: The file defines no ${written}. | Did you mean ${meant}?`,
    );
  });

  test('mistakes in other workflows are found too, their warnings are not', () => {
    const text =
      'services: [{name: a}, {name: b, depends_on: [a]}]\nworkflows:\n  - {name: setup, order_from: [services.all]}\n' +
      '  - {name: patch, parallelize: [{step: x, tasks: [services.all, services.gone]}]}\n';
    expect(formatDiagnostics(compileText(text).diagnostics).map((line) => line.split(':')[2])).toEqual([
      ' The file defines no services.gone. | A task is services.X, jobs.X, charts.X, an X.all or release.remove_environment.',
    ]);
  });

  test.each([
    ['a task', '{step: one, tasks: [services.a, services.b]}', '{step: two, tasks: [services.a]}', 29],
    ['an X.all', '{step: one, tasks: [services.all]}', '{step: two, tasks: [services.all]}', 29],
    ["a step's name", '{step: one, tasks: [services.a]}', '{step: one, tasks: [services.b]}', 16],
    ['a step like a task', '{step: one, tasks: [services.a]}', '{step: services.a, tasks: [services.b]}', 16],
  ])('%s twice is an error that points at both (rule 12)', (...[, first, second, column]) => {
    const { diagnostics } = compileText('services: [{name: a}, {name: b}]\n' + steps(first, second));
    const duplicates = diagnostics.filter(({ code }) => code === 'compile/duplicate-name');
    expect(formatDiagnostics(duplicates)).toEqual([expect.stringMatching(`^6:${column} error`)]);
    expect(duplicates[0]?.related).toHaveLength(1);
  });

  test('the removal and its alias are one task', () => {
    const text = steps('{step: one, tasks: [environment.remove, release.remove_environment]}');
    expect(compileText(text).diagnostics.map(({ code }) => code)).toEqual(['compile/duplicate-name']);
  });
});

describe('keys', () => {
  test('the nearest wins: the entry, then the definition, then the step (semantics §1)', () => {
    expect(
      policiesOf(
        'services: [{name: s}]\njobs: [{name: a, halt_on_error: false}, {name: b, attempts: 2, completed_timeout: 30}, {name: c}]\n' +
          steps(
            '{step: one, halt_on_error: true, wait_for_finish: false, tasks: [jobs.a, {task: jobs.b, attempts: 3, timeout: 10s, wait_for_finish: true}, {task: jobs.c, halt_on_error: false}, services.s]}',
            '{step: two, tasks: [release.remove_environment]}',
          ),
      ),
    ).toEqual([
      'jobs.a 1200000 1 false false',
      'jobs.b 10000 3 true true',
      'jobs.c 1200000 1 false false',
      'services.s 600000 1 true false',
      'release.remove_environment 600000 1 false true',
    ]);
  });

  test('those of an X.all entry go to each member', () => {
    const text =
      'jobs: [{name: a}, {name: b}]\n' + steps('{step: one, tasks: [{task: jobs.all, attempts: 3}]}');
    expect(policiesOf(text)).toEqual(['jobs.a 1200000 3 false true', 'jobs.b 1200000 3 false true']);
  });
});

describe('order_from', () => {
  test('is one step per task; X.all puts dependencies first (rule 10)', () => {
    const plan = planOf(
      'services: [{name: web, depends_on: [api]}, {name: db}, {name: api, depends_on: [db]}]\njobs: [{name: m}]\n' +
        'workflows: [{name: setup, order_from: [jobs.m, services.all]}]\n',
    );
    expect(plan.steps.map(({ name }) => name)).toEqual([
      'jobs.m',
      'services.db',
      'services.api',
      'services.web',
    ]);
  });

  test('a circle in X.all starts with the first in the file, with a warning', () => {
    const { diagnostics, ...compiled } = compileText(
      'services: [{name: a, depends_on: [b]}, {name: b, depends_on: [a]}, {name: c}]\n' +
        'workflows: [{name: setup, order_from: [services.all]}]\n',
    );
    expect(compiled.ok && compiled.value.steps.map(({ name }) => name)).toEqual([
      'services.c',
      'services.a',
      'services.b',
    ]);
    expect(diagnostics.map(({ code }) => code)).toEqual([
      'compile/dependency-on-later-step',
      'compile/catch-all-circle',
    ]);
  });
});

describe('a file without workflows (rule 11)', () => {
  const text =
    'services: [{name: web, depends_on: [db]}, {name: db}]\njobs: [{name: m}]\ncharts: [{name: c}]\n';

  test('has setup with everything in one step, and teardown', () => {
    const file = parseText(text);
    expect(workflowNames(file)).toEqual(['setup', 'teardown']);
    expect(defaultWorkflow(file)).toBe('setup');
    const plan = planOf(text);
    expect(plan.steps).toMatchObject([
      { name: 'all', tasks: ['services.web', 'services.db', 'jobs.m', 'charts.c'] },
    ]);
    expect(plan.dependencies('services.web' as TaskId)).toMatchObject([{ from: 'services.db' }]);
    expect(compileText(text).diagnostics).toEqual([]);
    expect(planOf(text, { workflow: 'teardown' }).tasks.map(({ id }) => id)).toEqual([
      'release.remove_environment',
    ]);
  });

  test('the only workflow there is is the default', () => {
    const only = parseText('services: [{name: a}]\nworkflows: [{name: patch, order_from: [services.a]}]\n');
    expect(defaultWorkflow(only)).toBe('patch');
  });

  test('a file whose workflows are all of another name has a teardown too, and it is no default', () => {
    const text = 'services: [{name: a}]\n' + steps('{step: one, tasks: [services.a]}');
    const plan = planOf(text, { workflow: 'teardown' });
    expect(plan.tasks.map(({ id }) => id)).toEqual(['release.remove_environment']);
    expect(planOf(text).workflow).toBe('setup');
  });
});

describe('needs (rule 5)', () => {
  test('replaces steps and depends_on; a step is joined through a gate of its own', () => {
    const plan = planOf(
      'services: [{name: a}, {name: b}, {name: c}]\n' +
        steps(
          '{step: early, wait_for_finish: false, tasks: [services.a, services.b]}',
          '{step: late, tasks: [{task: services.c, needs: [early]}]}',
        ),
    );
    expect(formatEdges(plan)).toEqual([
      'services.a -> settled:early (step-order:5)',
      'services.b -> settled:early (step-order:5)',
      'gate:early -> gate:late (step-order:5)',
      'settled:early -> services.c (needs:6)',
      'services.c -> gate:late (step-order:6)',
    ]);
  });

  test('may name what stands later, and the removal by its alias', () => {
    const plan = planOf(
      'services: [{name: a}, {name: b}]\n' +
        steps(
          '{step: one, wait_for_finish: false, tasks: [{task: services.a, needs: [services.b, environment.remove]}]}',
          '{step: two, tasks: [services.b, release.remove_environment]}',
        ),
    );
    expect(plan.dependencies('services.a' as NodeId).map(({ from }) => from)).toEqual([
      'services.b',
      'release.remove_environment',
    ]);
  });

  test.each([
    [
      'services.aa',
      'services.b needs services.aa, but workflow setup has no task or step of that name.',
      'Did you mean services.a?',
    ],
    ['on', 'services.b needs on, but workflow setup has no task or step of that name.', 'Did you mean one?'],
    [
      'services.gone',
      'services.b needs services.gone, which the file defines but workflow setup does not run, so it would wait for ever.',
      'List services.gone in a step of setup, or remove it from the needs: what a workflow does not run is taken as already there.',
    ],
    [
      'services.all',
      'needs takes tasks and steps, but services.all is neither.',
      'Name the tasks, or the step that holds them.',
    ],
  ])('%s is an error', (need, message, help) => {
    const text =
      'services: [{name: a}, {name: b}, {name: gone}]\n' +
      steps('{step: one, tasks: [services.a]}', `{step: two, tasks: [{task: services.b, needs: [${need}]}]}`);
    const errors = compileText(text).diagnostics.filter(({ severity }) => severity === 'error');
    expect(formatDiagnostics(errors)).toEqual([`6:56 error compile/unknown-need: ${message} | ${help}`]);
  });

  test('a depends_on that it overrules is a hint, one that it repeats is not', () => {
    const { diagnostics } = compileText(
      'services: [{name: a}, {name: b}, {name: c, depends_on: [a, b]}]\n' +
        steps(
          '{step: one, tasks: [services.a, services.b]}',
          '{step: two, tasks: [{task: services.c, needs: [services.a]}]}',
        ),
    );
    expect(formatDiagnostics(diagnostics)).toEqual([
      '1:60 hint compile/dependency-overruled: services.c depends on services.b, but does not wait for it: its needs decide alone. | Add services.b to the needs if it must be there first.',
    ]);
  });
});

describe('the sealed plan', () => {
  const text = 'services: [{name: a}, {name: b}]\n' + steps('{step: one, tasks: [services.a, services.b]}');

  test('is frozen, all of it', () => {
    const plan = planOf(text);
    const parts = [
      plan,
      plan.nodes,
      plan.tasks,
      plan.edges,
      plan.steps,
      ...plan.nodes,
      ...plan.edges,
      ...plan.steps,
    ];
    expect(parts.every((part) => Object.isFrozen(part))).toBe(true);
    expect(() => plan.node('services.z' as NodeId)).toThrow(/^Bug: services.z is not in the plan/);
  });

  test('keeps its digest when lines move, and changes it with what is run', () => {
    const { digest } = planOf(text);
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(planOf(`# a comment\n\n${text}`).digest).toBe(digest);
    expect(planOf(text.replace('tasks: [', 'halt_on_error: true, tasks: [')).digest).not.toBe(digest);
    expect(planOf(text.replace('services.a, services.b', 'services.b, services.a')).digest).not.toBe(digest);
  });
});
