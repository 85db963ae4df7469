import type { StatusFailure } from '../cluster/api-failure.js';
import { refusalOf } from '../prepare/preflight.js';
import { printFailure } from './print-failure.js';

const answer = (code: number, message: string): StatusFailure => ({
  kind: 'status',
  code,
  reason: '',
  message,
  causes: [],
});
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'conf', namespace: 'shop' } };
const manifest = {
  object,
  span: { file: { path: 'a.yaml', text: '' }, start: 0, end: 0 },
};

test('a write that is answered 429 until patience runs out speaks of the API server, not of the object', () => {
  const failure = answer(429, 'too many requests, please try again later');
  expect(printFailure(failure, object)).toEqual({
    cause:
      'ConfigMap shop/conf: the API server has too much to do: it still answered 429 when it had been asked again and again: too many requests, please try again later',
    advice: expect.stringContaining('Deploy again') as string,
  });
});

test.each([
  [429, 'the API server has too much to do'],
  [503, 'the API server does not work: it, or a proxy before it, answers 503'],
])('a preflight that is answered %i is refused as unreachable: the files are not to blame', (code, words) => {
  const refusal = refusalOf([{ manifest, failure: answer(code, '') }]);
  expect(refusal).toMatchObject({ exitCode: 69, message: expect.stringContaining(words) as string });
});

test('a webhook that does not answer is no overload', () => {
  const failure = answer(503, 'failed calling webhook "check.test": no endpoints');
  expect(refusalOf([{ manifest, failure }])).toBeUndefined();
  expect(printFailure(failure, object).cause).toContain('the webhook check.test does not answer');
});
