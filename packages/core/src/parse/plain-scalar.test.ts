import { isOctalLookalike, resolvePlainScalar } from './plain-scalar.js';

// What kubectl 1.36 reads (research/client-node.md §5 and §9, measured).
test.each([
  ['0644', 420],
  ['0o644', 420],
  ['0O644', 420],
  ['08', 8],
  ['0b11', 3],
  ['0B1', 1],
  ['0x1F', 31],
  ['0XFF', 255],
  ['1_000', 1000],
  ['-12', -12],
  ['+7', 7],
  ['1.10', 1.1],
  ['.5', 0.5],
  ['1e3', 1000],
  ['1e400', '1e400'],
  ['0x', '0x'],
  ['0b12', '0b12'],
  ['22:22', '22:22'],
  ['2026-01-02', '2026-01-02'],
  ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
  ['yes', true],
  ['on', true],
  ['y', true],
  ['Off', false],
  ['N', false],
  ['yEs', 'yEs'],
  ['', null],
  ['~', null],
  ['NULL', null],
  ['nil', 'nil'],
])('%s is read as %j', (written, expected) => {
  expect(resolvePlainScalar(written)).toBe(expected);
});

test.each([
  ['0644', true],
  ['010', true],
  ['08', false],
  ['00', false],
  ['07', false],
  ['0', false],
  ['644', false],
])('%s looks like another number than it is: %j', (written, expected) => {
  expect(isOctalLookalike(written)).toBe(expected);
});
