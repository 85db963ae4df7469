import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { flotilla } from './testing/flotilla.js';
import { outcomes, parseRunEvents } from './testing/run-events.js';
import { realInput } from './testing/shared-folder.js';

interface Template {
  readonly workflows: readonly { readonly name: string }[];
}

interface PlanDocument {
  readonly kind: string;
  readonly steps: readonly { readonly step: string; readonly waitForFinish: boolean }[];
  readonly nodes: readonly { readonly id: string; readonly kind: string }[];
  readonly diagnostics: readonly { readonly severity: string }[];
}

const folder = realInput('release-templates');
const workflows = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) => {
    const template = parse(readFileSync(join(folder, name), 'utf8')) as Template;
    return template.workflows.map((workflow) => [name, workflow.name] as const);
  });

async function planOf(file: string, workflow: string): Promise<PlanDocument> {
  const { code, stdout, stderr } = await flotilla(['plan', workflow, '-f', join(folder, file), '-o', 'json']);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as PlanDocument;
}

test('there are eight templates', () => {
  expect(new Set(workflows.map(([file]) => file)).size).toBe(8);
});

test.each(workflows)('%s plans and rehearses its workflow %s', async (file, workflow) => {
  const plan = await planOf(file, workflow);
  expect(plan.kind).toBe('Plan');
  const tasks = plan.nodes.filter((node) => node.kind !== 'gate');
  expect(tasks.length).toBeGreaterThan(0);
  const rehearsed = await flotilla(['rehearse', workflow, '-f', join(folder, file), '-o', 'ndjson']);
  expect({ code: rehearsed.code, stderr: rehearsed.stderr }).toMatchObject({ code: 0 });
  const ended = outcomes(parseRunEvents(rehearsed.stdout));
  expect(ended).toEqual(Object.fromEntries(tasks.map(({ id }) => [id, 'succeeded'])));
});

test('nx-monorepo-41-tasks.yaml has 41 setup tasks in 5 steps, start-frontends not waited for', async () => {
  const plan = await planOf('nx-monorepo-41-tasks.yaml', 'setup');
  expect(plan.nodes.filter((node) => node.kind !== 'gate')).toHaveLength(41);
  expect(plan.steps).toHaveLength(5);
  expect(plan.steps.filter((step) => !step.waitForFinish).map(({ step }) => step)).toEqual([
    'start-frontends',
  ]);
});

test('genai-stack.yaml deploys to the embedded cluster, which says that it is a simulation', async () => {
  const file = join(folder, 'genai-stack.yaml');
  const deployed = await flotilla([
    'deploy',
    '-f',
    file,
    '--cluster',
    'embedded',
    '--speed',
    '20',
    '-o',
    'ndjson',
  ]);
  expect({ code: deployed.code, stderr: deployed.stderr }).toMatchObject({ code: 0 });
  expect(deployed.stderr).toMatch(/simulation/i);
  const ended = outcomes(parseRunEvents(deployed.stdout));
  expect(Object.keys(ended)).toHaveLength(8);
  expect(new Set(Object.values(ended))).toEqual(new Set(['succeeded']));
});
