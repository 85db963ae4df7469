import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { renderDiagnostics } from '../diagnostics/render-diagnostic.js';
import { parseDeploymentFile } from './parse-deployment-file.js';
import { parseRehearsal } from './parse-rehearsal.js';

const folder = fileURLToPath(new URL('../../../../../shared/real/release-templates', import.meta.url));
const templates = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`, 'utf8'));
const variables = { folderName: 'shop', parameters: {}, environment: {} };

/** Whatever the text: an answer, every span inside the text, sorted, and printable without control characters. */
function expectAnswer(text: string): void {
  const source = { path: 'flotilla.yaml', text };
  const result = parseDeploymentFile(source, variables);
  const starts = result.diagnostics.map(({ span }) => span.start);
  expect(starts).toEqual(starts.toSorted((left, right) => left - right));
  for (const { span, related } of result.diagnostics) {
    for (const { start, end } of [span, ...related.map((place) => place.span)]) {
      expect(start).toBeGreaterThanOrEqual(0);
      expect(end).toBeGreaterThanOrEqual(start);
      expect(start).toBeLessThanOrEqual(text.length);
    }
  }
  if (!result.ok) expect(result.diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
  expect(renderDiagnostics(result.diagnostics, { color: false })).not.toMatch(/(?!\n)[\p{Cc}\p{Cs}]/u);
}

test('any text gets an answer', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), expectAnswer), { numRuns: 2000 });
});

const indicators = [
  ...Array.from('-?:,[]{}#&*!|>\'"%@`<~$ \n\t\r\\'),
  ...['\n  ', '\n- ', ': ', '<<: ', '&a ', '*a', '${', '---\n', '\uFEFF'],
];
const words = [
  'services',
  'jobs',
  'workflows',
  'name',
  'tasks',
  'step',
  'needs',
  'order_from',
  'parallelize',
  'db',
  '0',
  'yes',
];

test('any text made of what YAML is made of gets an answer', () => {
  const yamlish = fc
    .array(fc.constantFrom(...indicators, ...words), { maxLength: 60 })
    .map((parts) => parts.join(''));
  fc.assert(fc.property(yamlish, expectAnswer), { numRuns: 4000 });
});

test('real templates with a piece cut out, doubled, or replaced get an answer', () => {
  const mutation = fc.record({
    template: fc.constantFrom(...templates),
    at: fc.nat(20_000),
    length: fc.nat(40),
    insert: fc.constantFrom('', ...indicators, ...words),
  });
  fc.assert(
    fc.property(mutation, ({ template, at, length, insert }) => {
      const start = at % template.length;
      expectAnswer(`${template.slice(0, start)}${insert}${template.slice(start + length)}`);
    }),
    { numRuns: 400 },
  );
});

test('a tree of known keys with any values gets an answer', () => {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom(
        'a',
        'services.a',
        'jobs.all',
        'yes',
        1,
        0,
        -1,
        1.5,
        true,
        null,
        '',
        '${env_id}',
        '${x}',
        '$$',
        '1m30s',
      ),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(
        fc.constantFrom(
          ...words,
          'from_services',
          'depends_on',
          'ports',
          'port',
          'volumes',
          'envs',
          'key',
          'value',
          'attempts',
          'task',
          'timeout',
        ),
        tie('tree'),
        { maxKeys: 5 },
      ),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      expectAnswer(JSON.stringify(value));
    }),
    { numRuns: 2000 },
  );
});

test('any rehearsal file gets an answer', () => {
  const file = parseDeploymentFile({ path: 'flotilla.yaml', text: 'services: [{name: a}]' }, variables);
  if (!file.ok) throw new Error('the file is right');
  const yamlish = fc
    .array(
      fc.constantFrom(...indicators, 'tasks', 'defaults', 'services.a', 'takes', 'fails', 'heals', '12s'),
      { maxLength: 40 },
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(yamlish, (text) => {
      const result = parseRehearsal({ path: 'with.yaml', text }, file.value);
      expect(result.ok || result.diagnostics.length > 0).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
