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

test.each([
  ['404 page not found\n', undefined, '404 page not found', undefined],
  ['', '5', 'the server answered HTTP 404', 5],
  ['<html>', 'Wed, 21 Oct 2026 07:28:00 GMT', 'the server answered HTTP 404', undefined],
  ['{"kind": "Secret", "data": {"a": "hush"}}', undefined, 'the server answered HTTP 404', undefined],
  ['{"kind": "Stat', undefined, 'the server answered HTTP 404', undefined],
])('of the body %j and Retry-After %s the message is %j', (body, header, message, seconds) => {
  const failure = statusFailure(404, body, header);
  expect(failure).toMatchObject({ code: 404, reason: '', message, causes: [] });
  expect(failure.retryAfterSeconds).toBe(seconds);
});
