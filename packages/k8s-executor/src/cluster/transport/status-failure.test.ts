import { statusFailure } from './status-failure.js';

test('a Status is told with its causes', () => {
  const causes = [
    { reason: 'FieldManagerConflict', message: 'conflict with "kubectl"', field: '.spec.replicas' },
  ];
  const body = {
    kind: 'Status',
    reason: 'Conflict',
    message: 'Apply failed',
    details: { causes, retryAfterSeconds: 3 },
  };
  expect(statusFailure(409, JSON.stringify(body), undefined)).toEqual({
    kind: 'status',
    code: 409,
    reason: 'Conflict',
    message: 'Apply failed',
    causes,
    retryAfterSeconds: 3,
  });
});

const HTTP_404 = 'the server answered HTTP 404';

test.each([
  ['404 page not found\n', '404 page not found'],
  ['', HTTP_404],
  ['<html>', HTTP_404],
  ['{"kind": "Secret", "data": {"a": "hush"}}', HTTP_404],
  ['{"kind": "Stat', HTTP_404],
])('of the body %j the message is %j', (body, message) => {
  expect(statusFailure(404, body, undefined)).toEqual({
    kind: 'status',
    code: 404,
    reason: '',
    message,
    causes: [],
  });
});

test.each([
  ['5', 5],
  ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
  [undefined, undefined],
])('Retry-After: %s asks for %s seconds', (header, seconds) => {
  expect(statusFailure(503, '', header).retryAfterSeconds).toBe(seconds);
});
