import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFile(fileURLToPath(new URL(path, root)), 'utf8');

test('every guarantee in docs/faults.md names a test that exists', async () => {
  const rows = (await read('docs/faults.md')).split('\n').filter((line) => /^\| [A-Z]/.test(line));
  expect(rows.length).toBeGreaterThan(20);
  const wrong: string[] = [];
  for (const row of rows) {
    const [, path = '', words = ''] = /\| `([^`]+)`: (.*?) *\|$/.exec(row) ?? [];
    const text = path === '' ? '' : await read(path);
    if (words === '' || !text.includes(words)) wrong.push(row);
  }
  expect(wrong).toEqual([]);
});
