import { chooseGrace, defaultGraceTimes, parseGrace, rehearsedGraceTimes } from './grace-times.js';

test('what is said for a run goes before the file, the file before the defaults', () => {
  const file = { grace: { 'image-pull': 5_000, 'no-room': 0 } };
  expect(chooseGrace(file, { 'image-pull': 7_000 })).toEqual({
    ...defaultGraceTimes,
    imagePullMs: 7_000,
    noRoomMs: 0,
  });
});

test('a rehearsal file says itself when its verdicts fall, unless the run is told otherwise', () => {
  const file = { grace: { 'image-pull': 5_000 } };
  expect(chooseGrace(file, { 'no-room': 1_000 }, rehearsedGraceTimes)).toEqual({
    ...rehearsedGraceTimes,
    noRoomMs: 1_000,
  });
});

test('--grace takes one or several, the last one said wins', () => {
  expect(parseGrace(['image-pull=2m, crash-loop=250ms', 'image-pull=3'])).toEqual({
    ok: true,
    settings: { 'image-pull': 3_000, 'crash-loop': 250 },
  });
});

test.each([
  ['image-pul=1s', '"image-pul" has no grace time. Did you mean image-pull?'],
  [
    'x=1s',
    '"x" has no grace time. There are image-not-found, image-pull, crash-loop, missing-config, claim-unbound, no-room, webhook-silent.',
  ],
  ['no-room=soon', 'no-room=soon is no duration: whole seconds, or 250ms, 90s, 1m30s.'],
  ['no-room', 'no-room= is no duration: whole seconds, or 250ms, 90s, 1m30s.'],
])('--grace %s is refused', (text, message) => {
  expect(parseGrace([text])).toEqual({ ok: false, message });
});
