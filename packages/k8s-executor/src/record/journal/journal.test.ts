import { buildPlan, createManualClock } from '@flotilla/core/testing';
import type { Plan, RunEvent, RunSettled, TaskId, TaskOutcome } from '@flotilla/core';
import type { Cluster } from '../../cluster/cluster.js';
import { createShelf } from '../../testing/shelf-cluster.js';
import type { Line } from '../../testing/shelf-cluster.js';
import { decodeJournal } from './journal-document.js';
import type { Journal } from './journal-document.js';
import { openJournal, refuseToResume } from './open-journal.js';
import type { OpenJournalOptions, OpenJournalResult } from './open-journal.js';
import { readJournal } from './read-journal.js';

const reference = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'flotilla-built.journal' };

function createWorld(
  plan: Plan = buildPlan([{ name: 'one', tasks: [{ id: 'services.a' }, { id: 'jobs.b' }] }]),
) {
  const clock = createManualClock();
  const shelf = createShelf();
  const line: Line = { state: 'up' };
  const notes: string[] = [];
  const cluster: Cluster = shelf.connect(line);
  const open = async (run: string, more: Partial<OpenJournalOptions> = {}): Promise<OpenJournalResult> => {
    const options: OpenJournalOptions = {
      cluster,
      clock,
      wallClock: () => new Date(clock.now()),
      namespace: 'shop',
      plan,
      digests: new Map(plan.tasks.map(({ id }) => [id, `sha256:${id}`])),
      run,
      origin: { who: `${run}@ci`, commit: null, url: null },
      mode: 'new',
      hasOtherSecrets: () => Promise.resolve(false),
      hasChanged: () => false,
      redact: (text) => text.replaceAll('hush', '***'),
      onNote: (text) => notes.push(text),
      ...more,
    };
    const looked = await readJournal(options);
    if (!looked.ok) return looked;
    const refusal = await refuseToResume(looked.found, options);
    return refusal === undefined ? openJournal(looked.found, options) : { ok: false, refusal };
  };
  const read = (): Journal => {
    const object = shelf.get(reference);
    const journal = object === undefined ? undefined : decodeJournal(object);
    if (journal === undefined) throw new Error('there is no journal');
    return journal;
  };
  const writes = () => shelf.writes.length;
  return { clock, shelf, line, notes, open, read, writes };
}

function opened(result: OpenJournalResult) {
  if (!result.ok) throw new Error(result.refusal.message);
  return result.opened;
}

const id = (task: string) => task as TaskId;
const started = (task: string, at: number, attempt = 1): RunEvent =>
  ({ type: 'task-started', at, task: id(task), step: 'one', attempt }) as RunEvent;
const settled = (task: string, at: number, outcome: 'succeeded' | 'failed' | TaskOutcome): RunEvent => {
  const told = typeof outcome === 'string' ? { kind: outcome, reason: 'said' } : outcome;
  return { type: 'task-settled', at, task: id(task), step: 'one', outcome: told } as RunEvent;
};
const ended = (outcome: RunSettled['outcome'], at: number) =>
  ({ type: 'run-settled', outcome, at }) as RunSettled;

test('a run is written down as it goes, and its end', async () => {
  const { clock, shelf, open, read } = createWorld();
  const { journal, run, series, resumption } = opened(await open('r1'));
  expect({ run, series, part: resumption.part }).toEqual({ run: 'r1', series: 'r1/1', part: 1 });
  expect(shelf.get(reference)?.metadata.labels).toMatchObject({ 'flotilla.dev/record': 'journal' });
  expect(read()).toMatchObject({ header: { run: 'r1', workflow: 'setup', before: null }, end: undefined });
  journal.sink(started('services.a', 10));
  journal.sink(started('jobs.b', 10, 2));
  await clock.advanceTo(1_000);
  journal.sink(settled('services.a', 900, { kind: 'failed', reason: 'the password hush is wrong' }));
  await clock.advanceTo(2_000);
  expect(Object.fromEntries(read().tasks)).toEqual({
    'services.a': {
      state: 'settled',
      outcome: 'failed',
      reason: 'the password *** is wrong',
      startedAt: 10,
      settledAt: 900,
      run: 'r1',
      part: 1,
    },
    'jobs.b': { state: 'running', startedAt: 10, attempt: 2 },
  });
  journal.sink({ type: 'task-recovered', at: 2_000, task: id('services.a') });
  await clock.runUntil(journal.end(ended('succeeded', 2_500)));
  expect(read()).toMatchObject({ end: { outcome: 'succeeded', at: 2_500 } });
  expect(read().tasks.get(id('services.a'))).toMatchObject({ outcome: 'recovered' });
  expect(clock.waiting()).toBe(0);
});

test('after a kill what had settled stays, what ran goes on, and the jobs of the run are known as its own', async () => {
  const { clock, notes, open, read } = createWorld();
  const first = opened(await open('r1'));
  first.journal.sink(started('services.a', 10));
  first.journal.sink(started('jobs.b', 20));
  first.journal.sink(settled('services.a', 900, 'failed'));
  await clock.advanceTo(1_000);
  first.journal.stop();
  const { run, series, resumption, journal } = opened(await open('r2', { mode: 'resume' }));
  expect({ run, series }).toEqual({ run: 'r1', series: 'r1/1' });
  expect(resumption).toMatchObject({ part: 2, at: 900 });
  expect([...resumption.kept.keys()]).toEqual(['services.a']);
  expect(resumption.running.get(id('jobs.b'))).toEqual({ startedAt: 20, attempt: 1 });
  expect(read().header.parts.map(({ process, at }) => [process, at])).toEqual([
    ['r1', 0],
    ['r2', 900],
  ]);
  expect(notes).toEqual([
    expect.stringMatching(
      /^Resuming run r1, begun 1970.* by r1@ci, which never came to an end \(killed\?\)\. This is part 2:$/,
    ),
    '  1 of 2 tasks are finished and kept, 1 were running and go on, 0 start.',
  ]);
  journal.sink({ type: 'task-recovered', at: 1_500, task: id('services.a') });
  await clock.runUntil(journal.written(id('services.a'), new AbortController().signal));
  // It is the later part that has said so.
  expect(read().tasks.get(id('services.a'))).toMatchObject({ outcome: 'recovered', run: 'r1', part: 2 });
  journal.stop();
});

test('that a task is over can be waited for until it is written, but not for ever, nor after an abort', async () => {
  const { clock, line, open, read } = createWorld();
  const { journal } = opened(await open('r1'));
  await clock.advanceTo(10);
  journal.sink(settled('services.a', 10, 'succeeded'));
  await clock.runUntil(journal.written(id('services.a'), new AbortController().signal));
  expect(read().tasks.get(id('services.a'))).toMatchObject({ outcome: 'succeeded' });
  line.state = 'down';
  journal.sink(settled('jobs.b', 20, 'succeeded'));
  await clock.runUntil(journal.written(id('jobs.b'), AbortSignal.abort()));
  const before = clock.now();
  await clock.runUntil(journal.written(id('jobs.b'), new AbortController().signal));
  expect(clock.now() - before).toBe(5_000);
  journal.stop();
});

test('after an end only what succeeded stays, and jobs that failed are other tries', async () => {
  const { clock, open } = createWorld();
  const first = opened(await open('r1'));
  first.journal.sink(settled('services.a', 900, 'succeeded'));
  first.journal.sink(settled('jobs.b', 950, 'failed'));
  await clock.runUntil(first.journal.end(ended('degraded', 1_000)));
  const { series, resumption } = opened(await open('r2', { mode: 'resume' }));
  expect(series).toBe('r1/2');
  expect([...resumption.kept.keys()]).toEqual(['services.a']);
  expect(resumption).toMatchObject({ at: 1_000, running: new Map() });
});

test('what a run has changed is known in all its later parts', async () => {
  const { clock, open, read } = createWorld();
  const first = opened(await open('r1', { hasChanged: (task) => task === 'services.a' }));
  expect(first.changedBefore.size).toBe(0);
  first.journal.sink(settled('services.a', 900, 'failed'));
  first.journal.sink(started('jobs.b', 20));
  await clock.advanceTo(1_000);
  first.journal.stop();
  const second = opened(await open('r2', { mode: 'resume' }));
  // Nobody knows how far a task had come that was running.
  expect([...second.changedBefore].sort()).toEqual(['jobs.b', 'services.a']);
  await clock.runUntil(second.journal.end(ended('halted', 2_000)));
  const third = opened(await open('r3', { mode: 'resume' }));
  expect([...third.changedBefore].sort()).toEqual(['jobs.b', 'services.a']);
  await clock.runUntil(third.journal.end(ended('halted', 3_000)));
  expect(opened(await open('r4')).changedBefore.size).toBe(0);
  expect(read().header.changed).toEqual([]);
});

test('a rollback is written down as far as it came', async () => {
  const plan = buildPlan([
    { name: 'one', tasks: [{ id: 'services.a' }, { id: 'services.b' }, { id: 'services.c' }] },
  ]);
  const { clock, open, read } = createWorld(plan);
  const { journal } = opened(await open('r1', { hasChanged: () => true }));
  for (const task of ['services.a', 'services.b', 'services.c'])
    journal.sink(settled(task, 900, 'succeeded'));
  const rolledBack = [
    { task: id('services.a'), revision: 3, outcome: 'succeeded', reason: 'ready' },
    { task: id('services.b'), revision: 4, outcome: 'cancelled', reason: 'SIGINT' },
    { task: id('services.c'), revision: 5, outcome: null, reason: 'it was not reached' },
  ] as const;
  // Should the run be killed while it puts back, whoever resumes it does all of it again.
  const ahead = journal.takeBack(rolledBack.map(({ task, revision }) => ({ task, revision })));
  expect(await clock.runUntil(ahead)).toBe(true);
  for (const { task, revision } of rolledBack)
    expect(read().tasks.get(task)).toMatchObject({
      outcome: 'cancelled',
      reason: `to be rolled back to revision ${String(revision)}`,
      changed: true,
    });
  await clock.runUntil(journal.end({ ...ended('cancelled', 1_000), rolledBack }));
  const { tasks } = read();
  expect(tasks.get(id('services.a'))).toMatchObject({
    outcome: 'cancelled',
    reason: 'rolled back to revision 3',
  });
  expect(tasks.get(id('services.a'))).not.toHaveProperty('changed');
  expect(tasks.get(id('services.b'))).toMatchObject({
    outcome: 'cancelled',
    reason: 'its rollback to revision 4 ended as cancelled',
    changed: true,
  });
  expect(tasks.get(id('services.c'))).toMatchObject({ outcome: 'succeeded', changed: true });
});

test('what cannot be written ahead is not put back', async () => {
  const { clock, line, open } = createWorld();
  const { journal } = opened(await open('r1'));
  line.state = 'down';
  const ahead = journal.takeBack([{ task: id('services.a'), revision: 1 }]);
  expect(await clock.runUntil(ahead)).toBe(false);
  journal.stop();
});

test('a failure that halts the run is tried again also after a kill', async () => {
  const plan = buildPlan([{ name: 'one', tasks: [{ id: 'jobs.b', haltOnError: true }] }]);
  const { clock, open } = createWorld(plan);
  const first = opened(await open('r1'));
  first.journal.sink(settled('jobs.b', 950, 'failed'));
  await clock.advanceTo(1_000);
  first.journal.stop();
  expect(opened(await open('r2', { mode: 'resume' })).resumption.kept.size).toBe(0);
});

test.each([
  [new Map([['services.a', 'sha256:services.a']]), 'gone: jobs.b'],
  [
    new Map([
      ['services.a', 'sha256:other'],
      ['jobs.b', 'sha256:jobs.b'],
      ['jobs.c', 'sha256:c'],
    ]),
    'new: jobs.c; changed: services.a',
  ],
])('other files are not resumed, and what changed is said', async (digests, told) => {
  const { open, writes } = createWorld();
  opened(await open('r1')).journal.stop();
  const before = writes();
  const refused = await open('r2', {
    mode: 'resume',
    digests: new Map([...digests].map(([task, digest]) => [id(task), digest])),
  });
  expect(refused).toMatchObject({
    ok: false,
    refusal: {
      exitCode: 65,
      message: `run r1 cannot be resumed, the files have changed since: ${told}.`,
      help: expect.stringContaining('without --resume') as string,
    },
  });
  expect(writes()).toBe(before);
});

test('a Secret that has changed under what is kept is told, though no digest covers it', async () => {
  const { clock, open } = createWorld();
  const { journal } = opened(await open('r1'));
  journal.sink(settled('services.a', 900, 'succeeded'));
  await clock.advanceTo(1_000);
  journal.stop();
  const hasOtherSecrets = (task: TaskId) => Promise.resolve(task === 'services.a');
  expect(await open('r2', { mode: 'resume', hasOtherSecrets })).toMatchObject({
    refusal: {
      exitCode: 65,
      message: expect.stringMatching(/changed: a Secret of services\.a\.$/) as string,
    },
  });
});

test('nothing to resume', async () => {
  const { open } = createWorld();
  expect(await open('r1', { mode: 'resume' })).toMatchObject({
    refusal: { exitCode: 65, message: 'there is no run of built in namespace shop to resume.' },
  });
});

test('a plain run after a kill says so and begins anew', async () => {
  const { notes, open, read } = createWorld();
  opened(await open('r1')).journal.stop();
  const { run, resumption } = opened(await open('r2'));
  expect({ run, kept: resumption.kept.size }).toEqual({ run: 'r2', kept: 0 });
  expect(read().header.before).toEqual({ run: 'r1', outcome: null });
  expect(notes).toEqual([expect.stringContaining('never came to an end')]);
});

test('a run that takes over keeps what is finished and asked for in the same words', async () => {
  const { clock, open } = createWorld();
  const first = opened(await open('r1'));
  first.journal.sink(settled('services.a', 900, 'succeeded'));
  first.journal.sink(settled('jobs.b', 900, 'succeeded'));
  await clock.runUntil(first.journal.end(ended('superseded', 1_000)));
  const digests = new Map([
    [id('services.a'), 'sha256:services.a'],
    [id('jobs.b'), 'sha256:newer'],
  ]);
  const { run, resumption } = opened(await open('r2', { mode: 'take-over', digests }));
  expect(run).toBe('r2');
  expect(resumption).toMatchObject({ part: 1, at: 0 });
  expect([...resumption.kept]).toEqual([
    [
      'services.a',
      {
        outcome: { kind: 'succeeded', reason: 'said' },
        startedAt: null,
        settledAt: 0,
        by: { run: 'r1', part: 1 },
      },
    ],
  ]);
});

test('nothing is kept of a run that came to its own end: others may have changed everything since', async () => {
  const { clock, notes, open } = createWorld();
  const first = opened(await open('r1'));
  first.journal.sink(settled('services.a', 900, 'succeeded'));
  await clock.runUntil(first.journal.end(ended('succeeded', 1_000)));
  const { resumption } = opened(await open('r2', { mode: 'take-over' }));
  expect(resumption).toEqual({ part: 1, at: 0, kept: new Map(), running: new Map() });
  expect(notes).toEqual([]);
});

test('lost answers and outages only delay what is written', async () => {
  const { clock, line, open, read } = createWorld();
  line.state = 'mute';
  const { journal } = opened(await open('r1'));
  line.state = 'mute';
  journal.sink(started('services.a', 10));
  await clock.advanceTo(500);
  line.state = 'down';
  journal.sink(settled('services.a', 600, 'succeeded'));
  await clock.advanceTo(10_000);
  expect(read().tasks.get(id('services.a'))).toMatchObject({ state: 'running' });
  line.state = 'up';
  await clock.advanceTo(12_000);
  expect(read().tasks.get(id('services.a'))).toMatchObject({ state: 'settled' });
  line.state = 'down';
  const begunAt = clock.now();
  await clock.runUntil(journal.end(ended('succeeded', 13_000)));
  expect(clock.now() - begunAt).toBeLessThanOrEqual(5_000);
});

test("another run's journal is never written to", async () => {
  const { clock, open, read, notes } = createWorld();
  const zombie = opened(await open('r1'));
  const { journal } = opened(await open('r2'));
  zombie.journal.sink(settled('services.a', 900, 'failed'));
  await clock.advanceTo(5_000);
  expect(read()).toMatchObject({ header: { run: 'r2' }, tasks: new Map() });
  expect(notes.at(-1)).toContain('another run has begun its journal');
  await clock.runUntil(journal.end(ended('succeeded', 1)));
});

describe('a thousand tasks', () => {
  const names = Array.from(
    { length: 1_000 },
    (_, at) => `services.a-service-with-a-rather-long-name-${String(at)}`,
  );
  const plan = buildPlan([{ name: 'one', tasks: names.map((name) => ({ id: name })) }]);

  test('with long reasons fit well into one object, whatever the alphabet', async () => {
    const { clock, shelf, open, read } = createWorld(plan);
    const { journal } = opened(
      await open('r1', { digests: new Map(names.map((name) => [id(name), `sha256:${'f'.repeat(64)}`])) }),
    );
    for (const name of names)
      journal.sink(settled(name, 123_456, { kind: 'failed', reason: '部署失败。"\n'.repeat(500) }));
    await clock.runUntil(journal.end(ended('degraded', 123_456)));
    const text = JSON.stringify(shelf.get(reference));
    expect(Buffer.byteLength(text)).toBeLessThan(512 * 1024);
    expect(read().tasks.size).toBe(1_000);
    expect(read().tasks.get(id(names[999] ?? ''))).toMatchObject({
      reason: expect.stringMatching(/^部署失败。" 部署失败.*…$/) as string,
    });
  });

  test('are written about once a second, however fast they settle', async () => {
    const { clock, open, read, writes } = createWorld(plan);
    const { journal } = opened(await open('r1'));
    for (const [at, name] of names.entries()) {
      await clock.advanceTo(at * 20);
      journal.sink(settled(name, at * 20, 'succeeded'));
    }
    await clock.runUntil(journal.end(ended('succeeded', 20_000)));
    expect(read().tasks.size).toBe(1_000);
    expect(writes()).toBeLessThan(25);
  });
});
