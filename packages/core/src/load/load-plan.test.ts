import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { lineText, positionAt } from '../diagnostics/source.js';
import { loadPlan } from './load-plan.js';

const workingDirectory = mkdtempSync(join(tmpdir(), 'flotilla-load-'));

function load(text: string) {
  return loadPlan({
    workingDirectory,
    path: 'flotilla.yaml',
    text,
    parameters: {},
    environment: {},
    strict: false,
  });
}

function mistakes(text: string): readonly string[] {
  const result = load(text);
  if (result.kind !== 'wrong') throw new Error(`Bug: ${result.kind}`);
  return result.diagnostics.map(({ code, span }) => {
    const { line } = positionAt(span.file, span.start);
    return `${line} ${code} ${span.file.text.slice(span.start, span.end)} | ${lineText(span.file, line).trim()}`;
  });
}

test('mistakes of spelling and of meaning come in one pass', () => {
  expect(
    mistakes(`services:
  - name: db
    image: postgres
    ports: [{typed: node_port, port: 80}]
  - name: api
    image: api
workflows:
  - name: setup
    parallelize:
      - step: a
        tasks: [services.db, services.dx]
      - step: a
        tasks: [services.db]
`),
  ).toEqual([
    '4 parse/unknown-key typed | ports: [{typed: node_port, port: 80}]',
    '11 compile/unknown-task services.dx | tasks: [services.db, services.dx]',
    '12 compile/duplicate-name a | - step: a',
    '13 compile/duplicate-name services.db | tasks: [services.db]',
  ]);
});

test('what only follows from a mistake is not told as well', () => {
  expect(
    mistakes(`services: [{name: db, image: postgres}]
Jobs: [{name: migrate, image: m}]
workflows:
  - name: setup
    parallelize:
      - step: a
        tasks: [services.db, jobs.migrate]
`),
  ).toEqual(['2 parse/unknown-key Jobs | Jobs: [{name: migrate, image: m}]']);
});

test('a need of a task whose entry could not be read is not told as unknown', () => {
  expect(
    mistakes(`services: [{name: db, image: postgres}, {name: api, image: a}]
workflows:
  - name: setup
    parallelize:
      - step: a
        tasks:
          - {tusk: services.db}
          - {task: services.api, needs: [services.db]}
`),
  ).toEqual([expect.stringMatching(/^7 parse\/unknown-key tusk/)]);
});

test('whatever the text, a file loads or says why not', () => {
  const lines = fc.constantFrom(
    'services: [{name: db, image: a}, {name: api, depends_on: [db]}]',
    'services: [{name: 3}, {nome: x}]',
    'jobs: [{name: m, from_services: db}]',
    'workflows:',
    '  - name: setup',
    '    order_from: [services.db, jobs.m, services.all]',
    '    parallelize:',
    '      - step: a',
    '        tasks: [services.db, {task: jobs.m, needs: [a, services.db]}]',
    '      - {step: a, tasks: [jobs.all]}',
    '      - stop: b',
    '    - x',
  );
  fc.assert(
    fc.property(fc.array(lines, { maxLength: 14 }), (drawn) => {
      expect(['loaded', 'wrong', 'refused']).toContain(load(drawn.join('\n')).kind);
    }),
    { numRuns: 500 },
  );
});
