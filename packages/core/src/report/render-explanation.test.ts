import { explainTask } from '../compile/explain-task.js';
import { taskId } from '../domain/ids.js';
import { compileText } from '../testing/compile-text.js';
import { shopText } from '../testing/shop.js';
import { renderExplanation } from './render-explanation.js';

const shop = compileText(shopText);

test('says what a task waits for, by which line, and what waits for it', () => {
  expect(renderExplanation(explainTask(shop, taskId('services', 'api')))).toMatchInlineSnapshot(`
   "services.api  service of step apps, flotilla.yaml:30

   starts when these have settled
     the opening of step apps  step order, flotilla.yaml:25
         jobs.migrate

   these wait for it
     services.web  depends_on, flotilla.yaml:9

   In all 3 tasks before it, 1 task after it.
   "
  `);
});

test('names a step that is joined, and the tasks in it', () => {
  expect(renderExplanation(explainTask(shop, taskId('services', 'worker')))).toMatchInlineSnapshot(`
   "services.worker  service of step apps, flotilla.yaml:32

   starts when these have settled
     all of step search  needs, flotilla.yaml:32
         services.search

   nothing waits for it

   In all 1 task before it, 0 tasks after it.
   "
  `);
});

test('says so when nothing holds a task back', () => {
  expect(renderExplanation(explainTask(shop, taskId('jobs', 'report')))).toContain('waits for nothing');
});

test('as JSON has places instead of spans', () => {
  const explanation = explainTask(shop, taskId('services', 'web'));
  expect(JSON.parse(renderExplanation(explanation, { format: 'json' }))).toMatchObject({
    kind: 'TaskExplanation',
    task: 'services.web',
    waitsFor: [
      {
        node: 'services.api',
        tasks: ['services.api'],
        reasons: [{ kind: 'depends-on', file: 'flotilla.yaml', line: 9, column: 18 }],
      },
    ],
  });
});
