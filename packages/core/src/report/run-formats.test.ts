import type { RunEvent } from '../domain/event.js';
import { taskId, type TaskId } from '../domain/ids.js';
import {
  degradedRun,
  failureEvidence,
  fineRun,
  haltedRun,
  rehearsedRemoval,
  stateAt,
} from '../testing/shop-runs.js';
import { eventToJson } from './event-json.js';
import { formatLive } from './live-view.js';
import { createPlainRenderer } from './plain-renderer.js';
import { countTasks, runStateOf } from './run-state.js';
import { formatSummary } from './summary.js';
import { formatTimeLeft, timeLeft } from './time-left.js';
import { formatWaiting } from './waiting-line.js';

describe('events as JSON', () => {
  const documents = [...degradedRun, ...haltedRun].map((event) => eventToJson(event));
  const fieldsOf = (type: string) => [
    ...new Set(documents.filter((one) => one.type === type).map((one) => Object.keys(one).join(' '))),
  ];

  test.each([
    ['run-started', ['type at run name workflow cluster plan']],
    ['step-opened', ['type at step']],
    ['step-settled', ['type at step']],
    ['task-started', ['type at task step attempt']],
    [
      'task-settled',
      [
        'type at task step outcome reason',
        'type at task step outcome reason evidence',
        'type at task step outcome reason culprit',
      ],
    ],
    ['task-recovered', ['type at task']],
    ['run-settled', ['type at outcome exitCode durationMs criticalPath tasks']],
  ])('%s has the fields of cli.md', (type, fields) => {
    expect(fieldsOf(type).toSorted()).toEqual(fields.toSorted());
  });

  test('task-progressed too', () => {
    const event: RunEvent = {
      type: 'task-progressed',
      at: 7,
      task: taskId('services', 'db'),
      phase: 'wait',
      message: '0 of 2 ready',
      objects: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'db' }],
    };
    expect(JSON.stringify(eventToJson(event))).toBe(
      '{"type":"task-progressed","at":7,"task":"services.db","phase":"wait","message":"0 of 2 ready","objects":[{"apiVersion":"apps/v1","kind":"Deployment","name":"db"}]}',
    );
  });

  test('outcome is a word, with its reason, evidence and culprit beside it', () => {
    expect(documents).toContainEqual({
      type: 'task-settled',
      at: expect.any(Number) as number,
      task: 'services.api',
      step: 'apps',
      outcome: 'failed',
      reason: 'ImagePullBackOff',
      evidence: failureEvidence,
    });
    expect(documents).toContainEqual(
      expect.objectContaining({
        task: 'services.api',
        outcome: 'skipped',
        culprit: 'jobs.migrate',
        at: 45_000,
      }),
    );
  });

  test('all of it survives JSON', () => {
    expect(JSON.parse(JSON.stringify(documents))).toEqual(documents);
  });
});

describe('the fold over events', () => {
  test('counts at each instant', () => {
    expect(countTasks(stateAt(haltedRun, 0))).toMatchObject({ running: 4, waiting: 5 });
    expect(countTasks(stateAt(haltedRun, 30_000))).toMatchObject({ succeeded: 2, running: 3, waiting: 4 });
    expect(countTasks(runStateOf(haltedRun))).toMatchObject({ running: 0, waiting: 0, failed: 1 });
  });

  test('one event at a time comes to the same as all at once', () => {
    expect(stateAt(degradedRun, Infinity)).toEqual(runStateOf(degradedRun));
  });

  test('a recovered task keeps the reason of its failure', () => {
    expect(runStateOf(degradedRun).tasks.get(taskId('services', 'cache'))).toMatchObject({
      outcome: { kind: 'recovered', reason: 'CrashLoopBackOff' },
      settledAt: 8000,
      recoveredAt: 20_000,
    });
  });
});

describe('plain lines', () => {
  function linesOf(events: readonly RunEvent[], verbose = false): string {
    let text = '';
    const render = createPlainRenderer({ write: (line) => (text += line), color: false, verbose });
    events.forEach(render);
    return text;
  }

  test('of a degraded run', () => {
    expect(linesOf(degradedRun)).toMatchInlineSnapshot(`
     "     0.0s  shop · setup on none (rehearsal): 9 tasks in 4 steps
          0.0s  step search opens
          0.0s  step data opens
          0.0s  services.db      started
          0.0s  services.cache   started
          0.0s  services.search  started
          0.0s  jobs.report      started
          8.0s  services.cache   failed after 8s: CrashLoopBackOff
         20.0s  services.cache   recovered
         30.0s  services.search  succeeded after 30s: ready
         30.0s  services.db      succeeded after 30s: ready
         30.0s  step migrate opens
         30.0s  jobs.migrate     started
         30.0s  services.worker  started
         60.0s  services.worker  succeeded after 30s: ready
         60.0s  jobs.report      succeeded after 1m: completed
         90.0s  jobs.migrate     succeeded after 1m: completed
         90.0s  step apps opens
         90.0s  charts.ingress   started
         90.0s  services.api     started
         95.0s  services.api     failed after 5s: ImagePullBackOff
                The image ghcr.io/acme/api:1.4.3 does not exist.
                → Push it, or name a tag that exists.
                Deployment shop/api: 0 of 2 replicas ready
                Warning Failed ×4: Failed to pull image
                logs of api-7d9, container api, before its restart:
                │ starting
                │ panic: no config
                look further: kubectl -n shop describe pod api-7d9
         95.0s  services.web     started
        125.0s  services.web     succeeded after 30s: ready
        150.0s  charts.ingress   succeeded after 1m: ready
        150.0s  run degraded after 2m 30s
     "
    `);
  });

  test('of a halted run', () => {
    expect(linesOf(haltedRun)).toMatchInlineSnapshot(`
     "     0.0s  shop · setup on none (rehearsal): 9 tasks in 4 steps
          0.0s  step search opens
          0.0s  step data opens
          0.0s  services.search  started
          0.0s  services.db      started
          0.0s  services.cache   started
          0.0s  jobs.report      started
         30.0s  services.db      succeeded after 30s: ready
         30.0s  services.cache   succeeded after 30s: ready
         30.0s  step migrate opens
         30.0s  jobs.migrate     started
         45.0s  jobs.migrate     failed after 15s: exit code 1
         45.0s  services.search  cancelled after 45s: jobs.migrate failed, which halts the run
         45.0s  services.api     skipped: jobs.migrate failed, which halts the run
         45.0s  services.web     skipped: jobs.migrate failed, which halts the run
         45.0s  services.worker  skipped: jobs.migrate failed, which halts the run
         45.0s  jobs.report      cancelled after 45s: jobs.migrate failed, which halts the run
         45.0s  charts.ingress   skipped: jobs.migrate failed, which halts the run
         45.0s  run halted after 45s
     "
    `);
  });
});

describe('the summary', () => {
  test('of a run that succeeded', () => {
    expect(formatSummary(runStateOf(fineRun), { color: false })).toMatchInlineSnapshot(`
     "✓ shop · setup succeeded after 2m 30s
       9 tasks: 9 succeeded

     changed (9)
         services.search   services.db    services.cache    jobs.migrate
         services.api      services.web   services.worker   jobs.report
         charts.ingress

     critical path
         services.db 30s → jobs.migrate 1m → services.api 30s → services.web 30s
     "
    `);
  });

  test('of a degraded run', () => {
    expect(formatSummary(runStateOf(degradedRun), { color: false })).toMatchInlineSnapshot(`
     "! shop · setup degraded after 2m 30s
       9 tasks: 7 succeeded, 1 recovered, 1 failed

     ✗ services.api failed: ImagePullBackOff
         The image ghcr.io/acme/api:1.4.3 does not exist.
         → Push it, or name a tag that exists.
         Deployment shop/api: 0 of 2 replicas ready
         Warning Failed ×4: Failed to pull image
         logs of api-7d9, container api, before its restart:
         │ starting
         │ panic: no config
         look further: kubectl -n shop describe pod api-7d9
     ↻ services.cache recovered at 20s from: CrashLoopBackOff

     changed (8)
         services.search   services.db   services.cache   jobs.migrate   services.web
         services.worker   jobs.report   charts.ingress

     critical path
         services.db 30s → jobs.migrate 1m → charts.ingress 1m
     "
    `);
  });

  test('of a halted run says what is where, and the commands', () => {
    const options = {
      color: false,
      resumeCommand: 'flotilla deploy --resume',
      rollbackCommand: 'flotilla rollback',
      removeCommand: 'flotilla destroy',
    };
    expect(formatSummary(runStateOf(haltedRun), options)).toMatchInlineSnapshot(`
     "✗ shop · setup halted after 45s
       9 tasks: 2 succeeded, 1 failed, 2 cancelled, 4 skipped

     ✗ jobs.migrate failed (halts the run): exit code 1

     applied (2)
         services.db   services.cache
     failed (1)
         jobs.migrate
     cut off (2, because of jobs.migrate)
         services.search   jobs.report
     never started (4, because of jobs.migrate)
         services.api   services.web   services.worker   charts.ingress
     Nothing was deleted: what failed or was cut off keeps what it had applied.

     critical path
         services.db 30s → jobs.migrate 15s

     to go on from here:           flotilla deploy --resume
     to put back what is not good: flotilla rollback
     to remove the deployment:     flotilla destroy
     "
    `);
  });

  test('of a removal says what was deleted and what was left', () => {
    const events = rehearsedRemoval.map((event) =>
      event.type === 'task-settled'
        ? {
            ...event,
            outcome: { kind: 'unchanged' as const, reason: 'nothing to delete; kept: Namespace shop' },
          }
        : event,
    );
    expect(formatSummary(runStateOf(events), { color: false })).toContain(
      '\nnothing to delete; kept: Namespace shop\n',
    );
  });

  test('leaves out the reports that have been shown already', () => {
    const text = formatSummary(runStateOf(degradedRun), { color: false, reports: false });
    expect(text).toContain('services.api failed');
    expect(text).not.toContain(failureEvidence.cause);
  });
});

/** What the tasks of the shop took before. */
const shopTimes: Readonly<Record<string, number | undefined>> = {
  'services.search': 60_000,
  'services.db': 30_000,
  'services.cache': 30_000,
  'jobs.migrate': 60_000,
  'services.api': 30_000,
  'services.web': 30_000,
  'services.worker': 0,
  'jobs.report': 60_000,
  'charts.ingress': 12_000,
};

/** The halted run, of which it was known how long its tasks would take. */
function expecting(
  times: Readonly<Record<string, number | undefined>>,
  concurrency?: number,
): readonly RunEvent[] {
  const known = Object.entries(times).flatMap(([id, ms]) =>
    ms === undefined ? [] : [[id as TaskId, ms] as const],
  );
  const expected = { durations: new Map(known), ...(concurrency !== undefined && { concurrency }) };
  return haltedRun.map((event) => (event.type === 'run-started' ? { ...event, expected } : event));
}

test('the time that is left: the longest chain, or the work shared among the slots', () => {
  const left = (atMs: number, concurrency?: number) =>
    formatTimeLeft(stateAt(expecting(shopTimes, concurrency), atMs), atMs);
  expect(timeLeft(stateAt(expecting(shopTimes), 0), 0)).toBe(150_000);
  expect(left(0)).toBe('about 3 min left');
  expect(left(0, 1)).toBe('about 5 min left');
  expect(left(44_000)).toBe('about 105 s left');
  expect(left(45_000)).toBe('');
  expect(formatWaiting(stateAt(expecting(shopTimes), 40_000), 40_000)).toMatch(
    /still to start; about 110 s left$/,
  );
});

describe('the live view', () => {
  test('of a run under way', () => {
    const lines = formatLive(stateAt(haltedRun, 31_000), {
      atMs: 31_500,
      width: 80,
      height: 24,
      color: false,
    });
    expect(lines.join('\n')).toMatchInlineSnapshot(`
     "shop · setup on none (rehearsal)
     █████░░░░░░░░░░░░░░░░░░░ 2/9 · 31s · 3 running · 2 succeeded
     ● search  0/1  not waited for
       ⠸ services.search     31s
     ✓ data  2/2
       ✓ services.db         30s  ready
       ✓ services.cache      30s  ready
     ● migrate  0/1
       ⠸ jobs.migrate         1s
     ○ apps  0/5
       · services.api
       · services.web
       · services.worker
       ⠸ jobs.report         31s
       · charts.ingress"
    `);
  });

  test('says how long the rest takes, where that is known', () => {
    const barAt = (atMs: number, events = expecting(shopTimes)) =>
      formatLive(stateAt(events, atMs), { atMs, width: 80, height: 24, color: false })[1] ?? '';
    expect(barAt(0)).toContain('0/9 · 0s, about 3 min left');
    expect(barAt(31_500)).toContain('· 31s, about 2 min left · 3 running');
    // Late by more than a moment: nobody knows any more.
    expect(barAt(40_000, expecting({ ...shopTimes, 'services.search': 35_000 }))).not.toContain('left');
    expect(barAt(31_500, expecting({ ...shopTimes, 'charts.ingress': undefined }))).not.toContain('left');
    expect(barAt(31_500, haltedRun)).not.toContain('left');
  });

  test.each([4, 8, 12, 24])('fits %i lines, what runs first', (height) => {
    const lines = formatLive(stateAt(haltedRun, 31_000), { atMs: 31_500, width: 50, height, color: false });
    expect(lines.length).toBeLessThan(height);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(50);
    if (height >= 8) expect(lines.join('\n')).toContain('jobs.migrate');
  });

  test.each([4, 8, 12, 24])('long texts take no more than the rows that are left of %i', (height) => {
    const atMs = 199_000;
    const long = degradedRun.map((event) =>
      event.type === 'task-settled'
        ? { ...event, outcome: { ...event.outcome, reason: `${'a word '.repeat(60)}END` } }
        : event,
    );
    const lines = formatLive(stateAt(long, atMs), { atMs, width: 60, height, color: false });
    expect(lines.length).toBeLessThan(height);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
    if (height >= 8) expect(lines.join('\n')).toMatch(/failed: a[^]*…[^]*END/u);
  });
});

test('the waiting line of a run whose tasks have all settled says what is still done', () => {
  const events = degradedRun.filter(({ type }) => type !== 'run-settled');
  expect(formatWaiting(runStateOf(events), 200_000)).toBe(
    '   200.0s  every task has settled; pruning and recording what is deployed',
  );
});

test('the waiting line says what is waited for, since when and why', () => {
  const events: readonly RunEvent[] = [
    ...haltedRun.filter(({ at }) => at <= 30_000),
    {
      type: 'task-progressed',
      at: 32_000,
      task: taskId('jobs', 'migrate'),
      phase: 'wait',
      message: '0 of 1 pods done',
    },
  ];
  expect(formatWaiting(runStateOf(events), 40_000)).toMatchInlineSnapshot(
    `"    40.0s  waiting for services.search (40s); jobs.report (40s); jobs.migrate (10s, wait: 0 of 1 pods done); 4 tasks still to start"`,
  );
});
