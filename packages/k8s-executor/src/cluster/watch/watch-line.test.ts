import { decodeWatchLine } from './watch-line.js';

const object = { kind: 'Pod', metadata: { name: 'a', resourceVersion: '4' } };

test.each([
  ['ADDED', 'changed'],
  ['MODIFIED', 'changed'],
  ['DELETED', 'deleted'],
])('%s is %s', (type, decoded) => {
  expect(decodeWatchLine(JSON.stringify({ type, object }))).toEqual({
    type: decoded,
    object,
    resourceVersion: '4',
  });
});

test.each([
  [{}, false],
  [{ annotations: { 'k8s.io/initial-events-end': 'true' } }, true],
])('a bookmark with %j ends the initial events: %s', (more, endsInitialEvents) => {
  const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: '9', ...more } } };
  expect(decodeWatchLine(JSON.stringify(bookmark))).toEqual({
    type: 'bookmark',
    resourceVersion: '9',
    endsInitialEvents,
  });
});

test('an error is its Status', () => {
  const line = {
    type: 'ERROR',
    object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' },
  };
  expect(decodeWatchLine(JSON.stringify(line))).toMatchObject({
    type: 'error',
    failure: { kind: 'status', code: 410, reason: 'Expired', message: 'too old' },
  });
});

test.each([
  '',
  '{"type":"ADDED","obj',
  'null',
  '[]',
  '{"type":"ADDED"}',
  '{"type":"ADDED","object":{}}',
  '{"type":"NEW","object":{"metadata":{"resourceVersion":"1"}}}',
])('%j is malformed', (line) => {
  expect(decodeWatchLine(line)).toEqual({ type: 'malformed' });
});
