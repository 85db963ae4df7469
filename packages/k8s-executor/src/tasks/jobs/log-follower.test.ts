import type { TaskLogLine } from '@flotilla/core';
import { createManualClock } from '@flotilla/core/testing';
import type { Cluster, LogRequest } from '../../cluster/cluster.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { createLogFollower } from './log-follower.js';
import { createRedactor } from '../../objects/redactor.js';
import type { RunContext } from '../run-context.js';

type Stream = (request: LogRequest) => AsyncIterable<string>;

async function* lines(...all: readonly string[]): AsyncGenerator<string> {
  for (const line of all) yield await Promise.resolve(line);
}

/** Says its lines and then nothing, until it is told to stop. */
async function* silent(request: LogRequest, ...all: readonly string[]): AsyncGenerator<string> {
  yield* lines(...all);
  await new Promise((resolve) => request.signal?.addEventListener('abort', resolve));
}

function start(streams: readonly Stream[]) {
  const clock = createManualClock();
  const asked: LogRequest[] = [];
  const heard: TaskLogLine[] = [];
  const redactor = createRedactor();
  redactor.add('hunter2');
  const cluster = {
    logs(request: LogRequest) {
      asked.push(request);
      const stream = streams[asked.length - 1];
      if (stream === undefined) return Promise.resolve({ ok: false, failure: { kind: 'aborted' } });
      return Promise.resolve({ ok: true, value: stream(request) });
    },
  } as unknown as Cluster;
  const secrets = { learn: () => Promise.resolve() };
  const context = { cluster, clock, redactor, secrets, namespace: 'shop' } as unknown as RunContext;
  const task = {
    attempt: 1,
    signal: new AbortController().signal,
    progress: () => undefined,
    log: (line: TaskLogLine) => heard.push(line),
  };
  return {
    clock,
    asked,
    follower: createLogFollower(context, task),
    said: () => heard.map(({ line }) => line),
  };
}

const pod = (state: 'running' | 'terminated', restartCount = 0): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'seed', namespace: 'shop', uid: 'u' },
  status: { containerStatuses: [{ name: 'app', restartCount, state: { [state]: {} } }] },
});

test('a stream that breaks is opened again and goes on where it broke', async () => {
  const { clock, asked, follower, said } = start([
    () => lines('a', 'b'),
    () => lines('a', 'b', 'c'),
    () => lines('a', 'b', 'c'),
  ]);
  follower.follow([pod('running')]);
  await clock.advanceTo(400);
  expect(said()).toEqual(['a', 'b']);
  await clock.advanceTo(600);
  expect(said()).toEqual(['a', 'b', 'c']);
  follower.follow([pod('terminated')]);
  const finished = follower.finish();
  await clock.advanceTo(700);
  await finished;
  expect(said()).toEqual(['a', 'b', 'c']);
  expect(asked).toHaveLength(3);
});

test('a stream without an end is left two seconds after the job has ended', async () => {
  const { clock, follower, said } = start([(request) => silent(request, 'a')]);
  follower.follow([pod('running')]);
  await clock.advanceTo(25_000);
  const finished = follower.finish();
  await clock.advanceTo(27_001);
  await finished;
  expect(said()).toEqual(['a']);
  expect(clock.waiting()).toBe(0);
});

test('a container that is started again has two logs, each whole; the first is asked for as the previous one', async () => {
  const { clock, asked, follower, said } = start([
    () => lines('first a'),
    () => lines('second a', 'second b'),
    () => lines('first a', 'first b'),
  ]);
  follower.follow([pod('running')]);
  await clock.advanceTo(1);
  follower.follow([pod('running', 1)]);
  await clock.advanceTo(600);
  expect(said().toSorted()).toEqual(['first a', 'first b', 'second a', 'second b']);
  expect(asked[2]).toMatchObject({ previous: true });
  follower.follow([pod('terminated', 1)]);
  const finished = follower.finish();
  await clock.advanceTo(3_000);
  await finished;
});

test('no Secret is passed on, and the last lines stay', async () => {
  const { clock, follower, said } = start([() => lines('password hunter2', 'done')]);
  follower.follow([pod('terminated')]);
  const finished = follower.finish();
  await clock.advanceTo(1);
  await finished;
  expect(said()).toEqual(['password ***', 'done']);
  expect(follower.heard()).toEqual([
    { pod: 'seed', container: 'app', previous: false, lines: ['password ***', 'done'] },
  ]);
});
