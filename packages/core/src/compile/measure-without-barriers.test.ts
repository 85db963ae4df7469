import fc from 'fast-check';
import type { DeploymentFile } from '../domain/deployment-file.js';
import { longestChains } from '../domain/longest-chain.js';
import type { Plan, TaskNode } from '../domain/plan.js';
import { parseDeploymentFile } from '../parse/parse-deployment-file.js';
import { shopText } from '../testing/shop.js';
import { compilePlan } from './compile-plan.js';
import { measureWithoutBarriers } from './measure-without-barriers.js';

function compile(text: string): { readonly file: DeploymentFile; readonly plan: Plan } {
  const source = { path: 'flotilla.yaml', text };
  const file = parseDeploymentFile(source, { folderName: 'folder', parameters: {}, environment: {} });
  if (!file.ok) throw new Error(`Bug: ${JSON.stringify(file.diagnostics[0]?.message)}`);
  const plan = compilePlan(file.value);
  if (!plan.ok) throw new Error(`Bug: ${JSON.stringify(plan.diagnostics[0]?.message)}`);
  return { file: file.value, plan: plan.value };
}

function measure(text: string, seconds: Readonly<Record<string, number>>): number {
  const { file, plan } = compile(text);
  return measureWithoutBarriers(file, plan, ({ id }) => (seconds[id] ?? 1) * 1000);
}

test('depends_on holds a task back, the order of the steps does not', () => {
  const seconds = { 'services.db': 10, 'services.api': 5, 'services.web': 3, 'jobs.migrate': 12 };
  // db 10 + api 5 + web 3
  expect(measure(shopText, seconds)).toBe(18_000);
});

test('needs hold a task back: a task, a whole step, its no-wait tasks too', () => {
  // search 20, then worker 4
  expect(measure(shopText, { 'services.search': 20, 'services.worker': 4 })).toBe(24_000);
});

test('needs overrule depends_on, and a dependency on a later step holds nothing', () => {
  const text = `name: x
services: [{name: a, depends_on: [b]}, {name: b}, {name: c, depends_on: [b]}]
workflows:
  - name: setup
    parallelize:
      - {step: one, tasks: [services.a]}
      - {step: two, tasks: [services.b]}
      - {step: three, tasks: [{task: services.c, needs: [services.a]}]}
`;
  expect(measure(text, { 'services.a': 3, 'services.b': 9, 'services.c': 4 })).toBe(9000);
  expect(measure(text, { 'services.a': 6, 'services.b': 9, 'services.c': 4 })).toBe(10_000);
});

test('an X.all counts member by member, and without workflows the barriers cost nothing', () => {
  const all = 'name: x\nservices: [{name: a}, {name: b, depends_on: [a]}]\n';
  expect(measure(all, {})).toBe(2000);
  const serial = `${all}workflows: [{name: setup, order_from: [services.all]}]\n`;
  expect(measure(serial, {})).toBe(2000);
});

test('it never takes longer than with barriers, nor less than the longest task', () => {
  const { file, plan } = compile(shopText);
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 1000 }), {
        minLength: plan.tasks.length,
        maxLength: plan.tasks.length,
      }),
      (lengths) => {
        const durations = new Map(plan.tasks.map(({ id }, at) => [id, lengths[at] ?? 0]));
        const durationOf = ({ id }: TaskNode) => durations.get(id) ?? 0;
        const free = measureWithoutBarriers(file, plan, durationOf);
        expect(free).toBeLessThanOrEqual(longestChains(plan, durationOf).lengthMs);
        expect(free).toBeGreaterThanOrEqual(Math.max(...lengths));
      },
    ),
  );
});
