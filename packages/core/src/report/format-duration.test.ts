import { formatDuration, formatSeconds } from './format-duration.js';

test.each([
  [0, '0s'],
  [250, '250ms'],
  [999.6, '1s'],
  [1000, '1s'],
  [12_300, '12.3s'],
  [59_949, '59.9s'],
  [59_960, '1m'],
  [65_000, '1m 05s'],
  [600_000, '10m'],
  [3_599_600, '1h'],
  [3_900_000, '1h 05m'],
])('%p ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('points in time always have tenths', () => {
  expect([0, 12_340, 754_000].map(formatSeconds)).toEqual(['0.0s', '12.3s', '754.0s']);
});
