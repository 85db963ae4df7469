import { getEventListeners } from 'node:events';
import { AbortFollowers } from './abort-followers.js';

test('tells each who still follows, once, and leaves one listener however many they are', () => {
  const followers = new AbortFollowers();
  const { signal, ...controller } = withAbort();
  const told: number[] = [];
  const leave = [1, 2, 3].map((each) => followers.follow(signal, () => told.push(each)));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);

  leave[1]?.();
  controller.abort();
  controller.abort();
  expect(told).toEqual([1, 3]);
});

test('one who leaves another while both are told still lets it hear', () => {
  const followers = new AbortFollowers();
  const { signal, abort } = withAbort();
  const told: string[] = [];
  const leaving: (() => void)[] = [];
  followers.follow(signal, () => {
    told.push('first');
    for (const leave of leaving) leave();
  });
  leaving.push(followers.follow(signal, () => told.push('second')));
  abort();
  expect(told).toEqual(['first', 'second']);
});

test('tells at once of a signal that has aborted', () => {
  const told: string[] = [];
  new AbortFollowers().follow(AbortSignal.abort(), () => told.push('late'));
  expect(told).toEqual(['late']);
});

function withAbort() {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    abort: () => {
      controller.abort();
    },
  };
}
