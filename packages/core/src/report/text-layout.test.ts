import fc from 'fast-check';
import { cut, ends, inColumns, joinPieces, oneLine, wrap } from './text-layout.js';

test('one line keeps no control character and no escape sequence', () => {
  expect(oneLine('a\u001b[31mred\u001b[0m\n\tb\u0007\u009b2Jc')).toBe('ared bc');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(oneLine(text)).not.toMatch(/\p{Cc}/u);
    }),
  );
});

test('cells stand in aligned columns, row by row', () => {
  expect(inColumns(['a', 'bbbb', 'cc', 'd', 'e'], 12)).toEqual(['a    bbbb', 'cc   d', 'e']);
});

test('columns and wrapped words never exceed the width unless one word alone does', () => {
  const words = fc.array(fc.stringMatching(/^[a-z.-]{1,30}$/), { maxLength: 60 });
  fc.assert(
    fc.property(words, fc.integer({ min: 30, max: 120 }), (cells, width) => {
      for (const line of [...inColumns(cells, width), ...wrap(cells, width)])
        expect(line.length).toBeLessThanOrEqual(width);
      expect(inColumns(cells, width).join(' ').split(/\s+/).filter(Boolean)).toEqual(cells);
      expect(wrap(cells, width).join(' ').split(/\s+/).filter(Boolean)).toEqual(cells);
    }),
  );
});

test('what is cut says so', () => {
  expect(cut('abcdef', 4)).toBe('abc…');
  expect(cut('abcd', 4)).toBe('abcd');
});

test('the two ends of a line are at its ends', () => {
  expect(ends('a', 'b', 10)).toBe('a        b');
  expect(ends('aaaa', 'bbbb', 5)).toBe('aaaa  bbbb');
});

test('colour takes no room in a line', () => {
  const loud = (text: string) => `<${text}>`;
  expect(joinPieces([{ text: 'abc', paint: loud }, { text: 'def' }], 6)).toBe('<abc>def');
  expect(joinPieces([{ text: 'abc', paint: loud }, { text: 'def' }], 5)).toBe('<abc>d…');
});
