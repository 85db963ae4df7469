import fc from 'fast-check';
import { parseDuration } from './parse-duration.js';

test.each([
  [90, 90_000],
  ['90', 90_000],
  ['250ms', 250],
  ['90s', 90_000],
  ['1m30s', 90_000],
  ['1m0s', 60_000],
  ['7250ms', 7250],
  ['2h', 7_200_000],
  ['1h2m3s4ms', 3_723_004],
  [0, 0],
  ['0s', 0],
])('%s is %d ms', (written, expected) => {
  expect(parseDuration(written)).toBe(expected);
});

test.each(['', 's', '1.5s', '-1', '-1s', '1s1m', '1s1s', '1 s', '1d', 'soon', '1e3', '9007199254740993'])(
  '%s is no duration',
  (written) => {
    expect(parseDuration(written)).toBeUndefined();
  },
);

test('numbers that are no whole seconds are none', () => {
  expect([1.5, -1, NaN, Infinity].map(parseDuration)).toEqual([undefined, undefined, undefined, undefined]);
});

test('whole milliseconds, seconds and minutes are read back', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.nat(59), fc.nat(999), (minutes, seconds, milliseconds) => {
      const written = `${minutes}m${seconds}s${milliseconds}ms`;
      expect(parseDuration(written)).toBe((minutes * 60 + seconds) * 1000 + milliseconds);
    }),
  );
});
