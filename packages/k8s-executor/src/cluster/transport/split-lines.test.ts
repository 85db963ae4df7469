import fc from 'fast-check';
import { splitLines } from './split-lines.js';

async function linesOf(chunks: readonly Uint8Array[]): Promise<readonly string[]> {
  async function* stream() {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  }
  const lines: string[] = [];
  for await (const line of splitLines(stream())) lines.push(line);
  return lines;
}

test.each([
  ['', []],
  ['a', ['a']],
  ['a\nb\n', ['a', 'b']],
  ['a\r\n\nb', ['a', '', 'b']],
])('%j has the lines %j', async (text, lines) => {
  expect(await linesOf([Buffer.from(text)])).toEqual(lines);
});

test('lines are the same wherever the stream is cut, inside characters too', async () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, ''));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat({ max: 200 })), async (lines, cuts) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b);
      const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
      expect(await linesOf(chunks)).toEqual(lines);
    }),
  );
});
