import { comparePlans } from '../compile/compare-plans.js';
import { taskId } from '../domain/ids.js';
import { builtInDurations } from '../domain/rehearsal.js';
import { compileText } from '../testing/compile-text.js';
import { shopText } from '../testing/shop.js';
import { renderComparison } from './render-comparison.js';

const before = compileText(shopText);
const after = compileText(
  shopText
    .replace('        tasks: [services.db, services.cache]\n', '        tasks: [services.db]\n')
    .replace(
      '          - services.web\n',
      '          - {task: services.web, timeout: 90s}\n          - services.cache\n',
    )
    .replace('    depends_on: [api]\n', ''),
);
const comparison = comparePlans(before, after, ({ kind }) => builtInDurations[kind]);

test('as text', () => {
  expect(renderComparison(comparison, { format: 'text' })).toMatchInlineSnapshot(`
   "The plans differ; the critical path still takes 2m 30s.

   Guarantees that are gone
     jobs.migrate no longer waits for services.cache
     services.web no longer waits for services.api

   Parallelism that is lost
     services.cache now waits for jobs.migrate

   Starts
     services.cache 1m 30s later (0s → 1m 30s)
     services.web 30s earlier (2m → 1m 30s)

   How tasks are run
     services.cache step: data → apps
     services.web timeout: 10m → 1m 30s

   Critical path
     before: services.db → jobs.migrate → services.api → services.web (2m 30s)
     after: services.db → jobs.migrate → charts.ingress (2m 30s)
   "
  `);
});

test('as Markdown', () => {
  expect(renderComparison(comparison, { format: 'markdown' })).toMatchInlineSnapshot(`
   "### The plans differ; the critical path still takes 2m 30s.

   #### Guarantees that are gone

   - \`jobs.migrate\` no longer waits for \`services.cache\`
   - \`services.web\` no longer waits for \`services.api\`

   #### Parallelism that is lost

   - \`services.cache\` now waits for \`jobs.migrate\`

   #### Starts

   - \`services.cache\` 1m 30s later (0s → 1m 30s)
   - \`services.web\` 30s earlier (2m → 1m 30s)

   #### How tasks are run

   - \`services.cache\` step: data → apps
   - \`services.web\` timeout: 10m → 1m 30s

   #### Critical path

   - before: \`services.db\` → \`jobs.migrate\` → \`services.api\` → \`services.web\` (2m 30s)
   - after: \`services.db\` → \`jobs.migrate\` → \`charts.ingress\` (2m 30s)
   "
  `);
});

test('as JSON', () => {
  expect(JSON.parse(renderComparison(comparison, { format: 'json' }))).toEqual({
    apiVersion: 'flotilla.dev/v1',
    kind: 'PlanComparison',
    ...comparison,
  });
});

test('of a plan with itself', () => {
  const same = comparePlans(before, before, () => 1000);
  expect(renderComparison(same, { format: 'text' })).toBe('The plans run alike.\n');
});

test('names from the file stay names in Markdown', () => {
  const hostile = { ...comparison, added: [taskId('services', '`<img>` **x** ›‹ @all')] };
  expect(renderComparison(hostile, { format: 'markdown' })).toContain("- `services.'<img>' **x** ?? @all`\n");
});
