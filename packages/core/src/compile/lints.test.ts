import { formatDiagnostics, compileText } from '../testing/format-compiled.js';

const codes = (text: string, options?: Parameters<typeof compileText>[1]) =>
  compileText(text, options).diagnostics.map(({ code }) => code);

describe('a service that no workflow deploys', () => {
  test('is a warning', () => {
    const text =
      'services: [{name: a}, {name: idle}]\nworkflows: [{name: setup, order_from: [services.a]}]\n';
    expect(formatDiagnostics(compileText(text).diagnostics)).toEqual([
      '1:30 warning compile/unused-service: No workflow deploys service idle. | List services.idle in a workflow, or remove the service.',
    ]);
  });

  test.each([
    [
      'borrowed by a job',
      'services: [{name: a}]\njobs: [{name: j, from_services: a}]\nworkflows: [{name: setup, order_from: [jobs.j]}]\n',
    ],
    [
      'deployed by services.all',
      'services: [{name: a}]\nworkflows: [{name: setup, order_from: [services.all]}]\n',
    ],
    [
      'deployed by another workflow',
      'services: [{name: a}]\njobs: [{name: j}]\nworkflows: [{name: setup, order_from: [jobs.j]}, {name: patch, order_from: [services.a]}]\n',
    ],
    ['without workflows', 'services: [{name: a}]\n'],
  ])('%s is fine', (_, text) => {
    expect(codes(text)).not.toContain('compile/unused-service');
  });
});

describe('a job that setup runs and patch forgot', () => {
  const file = (jobs: string, patch: string) =>
    `services: [{name: api}]\njobs: [${jobs}]\nworkflows:\n` +
    '  - {name: setup, parallelize: [{step: one, tasks: [jobs.all]}, {step: two, tasks: [services.api]}]}\n' +
    `  - {name: patch, order_from: [${patch}]}\n`;

  test.each([
    ['a job beside it is patched', '{name: a}, {name: b}', 'jobs.a, services.api'],
    ['the service it borrows from is redeployed', '{name: b, from_services: api}', 'services.api'],
    ['nothing but setup speaks for it', '{name: migrate}', 'services.api'],
  ])('is a warning when %s', (_, jobs, patch) => {
    expect(codes(file(jobs, patch))).toEqual(['compile/job-missing-in-patch']);
  });

  test.each([['patch runs them all', '{name: a}, {name: b}', 'jobs.all, services.api']])(
    'is fine when %s',
    (_, jobs, patch) => {
      expect(codes(file(jobs, patch))).toEqual([]);
    },
  );
});

describe('a dependency on a task that is not waited for', () => {
  const file = (step: string, entry: string) =>
    'services: [{name: db}, {name: api, depends_on: [db]}]\nworkflows:\n' +
    `  - {name: setup, parallelize: [{step: one${step}, tasks: [${entry}]}, {step: two, tasks: [services.api]}]}\n`;

  test.each([
    { step: ', wait_for_finish: false', entry: 'services.db', sayer: 'step one' },
    { step: '', entry: '{task: services.db, wait_for_finish: false}', sayer: 'its entry in step one' },
  ])('is a hint that says so of $sayer', ({ step, entry, sayer }) => {
    const [hint, ...others] = compileText(file(step, entry)).diagnostics;
    expect(others).toEqual([]);
    expect(hint?.code).toBe('compile/dependency-into-no-wait-step');
    expect(hint?.message).toContain(`although ${sayer} says not to wait for it`);
  });
});

describe('a barrier that costs more than it protects', () => {
  const text =
    'services: [{name: db}, {name: search}, {name: api, depends_on: [db]}]\nworkflows:\n' +
    '  - {name: setup, parallelize: [{step: data, tasks: [services.db, services.search]}, {step: apps, tasks: [services.api]}]}\n';
  const taking = (ms: Readonly<Record<string, number>>) => ({
    durations: ({ id }: { readonly id: string }) => ms[id],
  });
  const slow = { 'services.db': 10_000, 'services.search': 60_000, 'services.api': 50_000 };

  test('is a hint, with the seconds', () => {
    expect(formatDiagnostics(compileText(text, taking(slow)).diagnostics)).toEqual([
      '3:93 hint compile/barrier-costs: Step apps waits for all of step data. If services.api waited only for what depends_on names, the run would take 60 s, not 110 s: the barrier costs 50 s. | Give what can start earlier needs of its own: {task: services.api, needs: [services.db]}.',
    ]);
  });

  test.each([
    ['nothing is recorded', text, undefined],
    ['one duration is not recorded', text, taking({ 'services.db': 10_000, 'services.api': 50_000 })],
    ['the dependency is the slow one', text, taking({ ...slow, 'services.db': 60_000 })],
    ['nothing says what the service depends on', text.replace(', depends_on: [db]', ''), taking(slow)],
    [
      'it has needs already',
      text.replace('[services.api]', '[{task: services.api, needs: [services.db]}]'),
      taking(slow),
    ],
  ])('is not one when %s', (_, file, options) => {
    expect(codes(file, options)).not.toContain('compile/barrier-costs');
  });
});
