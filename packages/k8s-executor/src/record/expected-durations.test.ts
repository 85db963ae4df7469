import type { TaskId } from '@flotilla/core';
import { expectedDurations, expectedInRun } from './expected-durations.js';
import type { Receipt, TaskReceipt } from './receipt.js';

const task = (name: string) => `services.${name}` as TaskId;
const told = (desired: string, live: string | null, durationMs: number | null): TaskReceipt => ({
  ...{ desired, live, durationMs, outcome: 'succeeded', at: '', commit: null, run: 'r1' },
});
const receipt: Receipt = {
  ...{ run: 'r1', workflow: 'setup', outcome: 'succeeded', at: '', commit: null, who: null, plan: '' },
  ...{ clusterUid: null, tokens: {} },
  tasks: {
    [task('same')]: told('d1', 'l1', 9_000),
    [task('changed')]: told('d1', 'l1', 7_000),
    [task('failed')]: told('d1', null, 5_000),
    [task('unseen')]: told('d1', null, null),
  },
};
const asked = new Map([
  [task('same'), 'd1'],
  [task('changed'), 'd2'],
  [task('failed'), 'd1'],
  [task('unseen'), 'd1'],
  [task('new'), 'd1'],
]);

test('what is as it was takes no time, the rest what it took before, and of others nothing is known', () => {
  expect(Object.fromEntries(expectedInRun(receipt, asked) ?? [])).toEqual({
    'services.same': 0,
    'services.changed': 7_000,
    'services.failed': 5_000,
  });
  expect(expectedInRun(undefined, asked)).toBeUndefined();
});

test('for urgency a task that nobody has seen counts as the mean of the others', () => {
  const durationOf = expectedDurations(receipt);
  const node = (name: string) => ({ id: task(name) }) as Parameters<typeof durationOf>[0];
  expect([durationOf(node('changed')), durationOf(node('new'))]).toEqual([7_000, 7_000]);
  expect(expectedDurations(undefined)(node('new'))).toBe(1);
});
