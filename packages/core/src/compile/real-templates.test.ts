import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { parseText, planOf } from '../testing/format-compiled.js';
import { workflowNames } from './choose-workflow.js';
import { compilePlan } from './compile-plan.js';

const shared = fileURLToPath(new URL('../../../../../shared', import.meta.url));
const folder = `${shared}/real/release-templates`;
const templates = readdirSync(folder).map(
  (name) => [name, readFileSync(`${folder}/${name}`, 'utf8')] as const,
);

describe('real templates', () => {
  const cases = templates.flatMap(([name, text]) =>
    workflowNames(parseText(text)).map((workflow) => [name, workflow, text] as const),
  );

  test.each(cases)('%s compiles: %s', (_, workflow, text) => {
    const { diagnostics, ok } = compilePlan(parseText(text), { workflow });
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(ok).toBe(true);
  });

  test('the Nx monorepo: 41 tasks in 5 steps, the frontends not waited for, one job forgotten, others left out', () => {
    const text = readFileSync(`${folder}/nx-monorepo-41-tasks.yaml`, 'utf8');
    const compiled = compilePlan(parseText(text));
    expect(compiled.diagnostics.map(({ code, message }) => [code, message.slice(0, 47)])).toEqual([
      ['compile/job-missing-in-patch', 'setup runs jobs.ensure-logistics-db, jobs.ensur'],
      ['compile/job-missing-in-patch', 'setup runs jobs.riskstratification-db-migration'],
    ]);
    const plan = planOf(text);
    expect(plan.tasks).toHaveLength(41);
    expect(plan.steps.map(({ name, waitForFinish }) => [name, waitForFinish])).toEqual([
      ['databases', true],
      ['ensure-databases', true],
      ['run-migrations', true],
      ['start-frontends', false],
      ['start-services', true],
    ]);
  });
});

describe('worked examples', () => {
  const examples = parse(readFileSync(`${shared}/design/worked-examples.yaml`, 'utf8')) as readonly {
    readonly what: string;
    readonly file: unknown;
    readonly gives: Readonly<Record<string, unknown>>;
  }[];

  test.each(examples.map(({ what, file, gives }) => [what, file, Object.keys(gives)] as const))(
    'compiles: %s',
    (_, file, tasks) => {
      expect(
        planOf(stringify(file))
          .tasks.map(({ id }) => id)
          .toSorted(),
      ).toEqual(tasks.toSorted());
    },
  );
});
