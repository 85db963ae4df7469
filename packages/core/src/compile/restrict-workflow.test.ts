import { parseDeploymentFile } from '../parse/parse-deployment-file.js';
import { compilePlan, type CompileOptions } from './compile-plan.js';

const text = `name: shop
services:
  - {name: db, image: a}
  - {name: api, image: a, depends_on: [db], timeout: 30s}
  - {name: web, image: a}
jobs:
  - {name: migrate, image: a}
  - {name: index, image: a}
workflows:
  - name: setup
    parallelize:
      - {step: data, tasks: [services.db]}
      - {step: migrate, halt_on_error: true, tasks: [jobs.migrate]}
      - step: apps
        tasks: [services.api, services.web, {task: jobs.index, needs: [migrate, services.db]}]
`;

function compile(options: CompileOptions) {
  const parsed = parseDeploymentFile(
    { path: 'flotilla.yaml', text },
    { folderName: 'shop', parameters: {}, environment: {} },
  );
  if (!parsed.ok) throw new Error('Bug: the file of this test is wrong.');
  const compiled = compilePlan(parsed.value, options);
  if (!compiled.ok) throw new Error('Bug: the file of this test does not compile.');
  return compiled.value;
}

function edgesOf(options: CompileOptions): readonly string[] {
  return compile(options).edges.map(({ from, to }) => `${from} → ${to}`);
}

describe('only some tasks of a workflow', () => {
  it('leaves the others out, with the steps that would be empty', () => {
    const plan = compile({ only: ['services.web', 'services.db'] });
    expect(plan.steps.map(({ name, tasks }) => [name, tasks])).toEqual([
      ['data', ['services.db']],
      ['apps', ['services.web']],
    ]);
    expect(plan.tasks.map(({ id }) => id)).toEqual(['services.db', 'services.web']);
  });

  it('keeps the order of what is left', () => {
    expect(edgesOf({ only: ['services.db', 'services.api'] })).toEqual([
      'services.db → gate:data',
      'gate:data → services.api',
      'services.api → gate:apps',
    ]);
  });

  it('takes what the others would have done as done', () => {
    expect(edgesOf({ only: ['jobs.index'] })).toEqual(['jobs.index → gate:apps']);
    expect(edgesOf({ only: ['jobs.index', 'services.db'] })).toContain('services.db → jobs.index');
    expect(edgesOf({ only: ['jobs.index', 'jobs.migrate'] })).toContain('settled:migrate → jobs.index');
  });
});

test('a timeout from the command line is for tasks that say none themselves', () => {
  const timeouts = compile({ timeoutMs: 5_000 }).tasks.map(({ id, timeoutMs }) => [id, timeoutMs]);
  expect(Object.fromEntries(timeouts)).toMatchObject({
    'services.db': 5_000,
    'services.api': 30_000,
    'jobs.migrate': 5_000,
  });
});
