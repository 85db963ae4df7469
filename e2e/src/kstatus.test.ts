import { readFileSync, writeFileSync } from 'node:fs';
import { judge, type KubeObject } from '@flotilla/k8s-executor';
import fc from 'fast-check';
import { arbitraryObject } from './kstatus/arbitrary-object.js';
import { findDisagreements } from './kstatus/disagreements.js';
import { knownDifferences } from './kstatus/known-differences.js';
import type { JudgedObject } from './kstatus/judged-object.js';
import { sampleObjects } from './kstatus/sample-objects.js';

const disagreements = (objects: readonly JudgedObject[]) =>
  findDisagreements(objects, (object) => judge(object as unknown as KubeObject));

test('on objects of every kind and rule we say what kstatus says, but for the known differences, each of which is met', async () => {
  const found = await disagreements(sampleObjects);
  expect(found.filter(({ row }) => row === -1)).toEqual([]);
  const met = new Set(found.map(({ row }) => row));
  expect(
    knownDifferences.filter((_, row) => !met.has(row)).map(({ kind, when }) => ({ kind, when })),
  ).toEqual([]);
});

test('around the boundaries of every rule we say what kstatus says, but for the known differences', async () => {
  const batches = fc.array(arbitraryObject, { minLength: 1, maxLength: 500, size: 'max' });
  await fc.assert(
    fc.asyncProperty(batches, async (objects) => {
      expect((await disagreements(objects)).filter(({ row }) => row === -1)).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

const docs = new URL('../../docs/readiness.md', import.meta.url);
const table = formatTable([
  ['kind', 'when', 'kstatus 0.37.2', 'Flotilla', 'why'],
  ...knownDifferences.map(({ kind, when, kstatus, ours, why }) => [
    kind,
    when,
    kstatus.join(', '),
    ours,
    why,
  ]),
]);

/** Markdown with its columns padded, as prettier writes it. */
function formatTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

test('docs/readiness.md lists the known differences (UPDATE_DOCS=1 writes them anew)', () => {
  const between = /(<!-- differences -->\n\n)[^]*?(\n\n<!-- \/differences -->)/;
  const text = readFileSync(docs, 'utf8');
  if (process.env['UPDATE_DOCS'] !== undefined) {
    writeFileSync(
      docs,
      text.replace(between, (_, start: string, end: string) => start + table + end),
    );
  }
  expect(between.exec(readFileSync(docs, 'utf8'))?.[0]).toContain(table);
});
