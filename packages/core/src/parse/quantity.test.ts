import { fitRange, parseQuantity } from './quantity.js';

test.each([
  ['100m', 0.1],
  ['2', 2],
  ['1.5', 1.5],
  ['1Ki', 1024],
  ['1k', 1000],
  ['512Mi', 512 * 2 ** 20],
  ['1e3', 1000],
  ['1E', 1e18],
])('%s is %d', (written, expected) => {
  expect(parseQuantity(written)).toBeCloseTo(expected);
});

test.each(['', '1 GB', '1GB', 'a', '-1', '1Kib', '1.2.3'])('%s is no quantity', (written) => {
  expect(parseQuantity(written)).toBeUndefined();
});

test('inherited bounds fill in unless they contradict an own one', () => {
  const inherited = { limits: '1Gi', requests: '100Mi' };
  expect(fitRange({}, inherited)).toEqual(inherited);
  expect(fitRange({ limits: '2Gi' }, inherited)).toEqual({ limits: '2Gi', requests: '100Mi' });
  expect(fitRange({ limits: '20Mi' }, inherited)).toEqual({ limits: '20Mi' });
  expect(fitRange({ requests: '3Gi' }, inherited)).toEqual({ requests: '3Gi' });
  expect(fitRange({ limits: '3Gi', requests: '2Gi' }, inherited)).toEqual({ limits: '3Gi', requests: '2Gi' });
});
