import { readFileSync, writeFileSync } from 'node:fs';
import { startControlPlane, type ControlPlane } from './control-plane/control-plane.js';
import { admissionCases } from './failures/admission-cases.js';
import { refusal, startAdmissionServer, type AdmissionServer } from './failures/admission-server.js';
import { clusterCases } from './failures/cluster-cases.js';
import { containerCases } from './failures/container-cases.js';
import type { FailureCase } from './failures/failure-case.js';
import { formatPage, reportIn } from './failures/failures-page.js';
import { historyCases } from './failures/history-cases.js';
import { jobCases } from './failures/job-cases.js';
import { normalise, reportOf, settledOf } from './failures/report-text.js';
import { password, scenes, spoken, type SceneEnd, type SceneName } from './failures/scenes.js';
import { play, type Played } from './failures/stage.js';
import { boundedly } from './testing/boundedly.js';
import { outcomes, timeOf } from './testing/run-events.js';

const atOnce = 8;
const cases = [...containerCases, ...clusterCases, ...admissionCases, ...jobCases, ...historyCases];

let cluster: ControlPlane;
let admission: AdmissionServer;
const played = new Map<FailureCase, Promise<Played>>();
const seen = new Map<SceneName, Promise<SceneEnd>>();

// All run beside each other, each in a namespace of its own: most of their time is waiting.
beforeAll(async () => {
  cluster = await startControlPlane({
    audit: false,
    nodes: { startMs: 100, readyMs: 100, runMs: 150, backOffMs: 250, terminateMs: 50 },
  });
  admission = await startAdmissionServer();
  const limit = boundedly(atOnce);
  const start = <End>(namespace: string, run: (stage: Parameters<typeof play>[1]) => Promise<End>) => {
    const running = limit(() => run({ cluster, admission, namespace }));
    // Whoever awaits it sees it; until then it is nobody's unhandled rejection.
    running.catch(() => undefined);
    return running;
  };
  cases.forEach((one, index) =>
    played.set(
      one,
      start(`case-${index}`, (stage) => play(one, stage)),
    ),
  );
  for (const name of Object.keys(scenes) as SceneName[])
    seen.set(name, start(`scene-${name.toLowerCase()}`, scenes[name]));
});

afterAll(async () => {
  await Promise.allSettled([...played.values(), ...seen.values()]);
  admission.close();
  const errors = cluster.nodeErrors();
  await cluster.stop();
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(page, formatPage(reports));
  expect(errors).toEqual([]);
});

/** What was started under a key. */
async function endOf<Key, End>(started: ReadonlyMap<Key, Promise<End>>, key: Key): Promise<End> {
  const running = started.get(key);
  if (running === undefined) throw new Error('Bug: every case and scene is started.');
  return running;
}

const page = new URL('../../docs/failures.md', import.meta.url);
const reports = new Map<string, string>();
const titled = (wanted: (one: FailureCase) => boolean) =>
  cases.filter(wanted).map((one) => [one.title, one] as const);

test.each(titled(({ outcome }) => outcome !== 'succeeded'))(
  '%s is told as docs/failures.md shows',
  async (title, one) => {
    const { result, events, task, namespace } = await endOf(played, one);
    const report = reportOf(result.stderr, { task, namespace, racing: one.racing });
    reports.set(title, report);
    expect({ said: result.stderr, ends: outcomes(events)[task] }).toMatchObject({ ends: one.outcome });
    if (process.env['UPDATE_DOCS'] === undefined)
      expect(report).toBe(reportIn(readFileSync(page, 'utf8'), title));
    // The same for machines; its cause is the first thing that is said.
    const evidence = settledOf(events, task)?.evidence;
    const [first, second] = report.split('\n');
    expect(`${first}\n${second}`).toContain(normalise(evidence?.cause ?? 'no evidence', namespace));
  },
);

test.each(titled(({ outcome }) => outcome === 'succeeded'))('%s is no failure', async (_title, one) => {
  const { result, events, task } = await endOf(played, one);
  expect({ said: result.stderr, ends: outcomes(events)[task] }).toMatchObject({ ends: one.outcome });
});

test('a verdict falls when the grace time is over, not before and not at the timeout', async () => {
  const [one] = containerCases;
  if (one === undefined) throw new Error('Bug: there are cases.');
  const { events, task } = await endOf(played, one);
  const told = events.find(({ message }) => message?.includes('cannot be pulled') === true);
  const lasted = timeOf(events, 'task-settled', task) - (told?.at ?? NaN);
  expect(lasted).toBeGreaterThanOrEqual(2_000);
  expect(lasted).toBeLessThan(30_000);
  expect(told?.message).toContain('(fails unless it heals within 2 s)');
});

test('events are counted, and logs are those of the run that crashed', async () => {
  const one = containerCases.find(({ title }) => title === 'a container that crashes again and again');
  if (one === undefined) throw new Error('Bug: there is that case.');
  const { events, task } = await endOf(played, one);
  const evidence = settledOf(events, task)?.evidence;
  expect(evidence?.events.find(({ reason }) => reason === 'BackOff')?.count).toBeGreaterThan(1);
  expect(evidence?.logs).toMatchObject([{ container: 'app', previous: true }]);
});

/** The lines that the events of a run hold, and those of its plain output. */
function linesOf({ events, result }: SceneEnd) {
  const logged = events.flatMap(({ type, line }) => (type === 'task-logged' ? [line] : []));
  const printed = result.stderr.split('\n').flatMap((text) => /jobs\.seed {2}│ (.*)$/.exec(text)?.[1] ?? []);
  return { code: result.code, logged, printed };
}

test('what a job prints comes live, in order, with the name of its task in front', async () => {
  const end = await endOf(seen, 'speaks');
  expect(linesOf(end)).toEqual({ code: 0, logged: spoken, printed: spoken });
  const last = end.events.findLastIndex(({ type }) => type === 'task-logged');
  expect(last).toBeLessThan(end.events.findIndex(({ type }) => type === 'task-settled'));
});

test('a log that breaks off is gone on with where it broke, each line once', async () => {
  expect(linesOf(await endOf(seen, 'breaksOff'))).toEqual({ code: 0, logged: spoken, printed: spoken });
});

test('a log without an end holds up no run', async () => {
  expect(linesOf(await endOf(seen, 'neverEndsItsLog'))).toMatchObject({ code: 0, logged: spoken });
});

test('a job whose pod is deleted goes on with another', async () => {
  const { result, events } = await endOf(seen, 'losesItsPod');
  expect({ said: result.stderr, code: result.code }).toMatchObject({ code: 0 });
  expect(outcomes(events)).toEqual({ 'jobs.seed': 'succeeded' });
});

test('a job is tried as often as it may be, with a new job each time, and has one result', async () => {
  const { result, events } = await endOf(seen, 'triesThrice');
  expect({ said: result.stderr, code: result.code }).toMatchObject({ code: 2 });
  expect(events.filter(({ type }) => type === 'task-started').map(({ attempt }) => attempt)).toEqual([
    1, 2, 3,
  ]);
  expect(events.filter(({ type }) => type === 'task-settled')).toHaveLength(1);
  expect(new Set(events.flatMap(({ pod }) => pod ?? [])).size).toBe(3);
});

test('a halt cancels what is waited for', async () => {
  const { result, events } = await endOf(seen, 'halts');
  expect({ said: result.stderr, code: result.code }).toMatchObject({ code: 1 });
  expect(outcomes(events)).toEqual({ 'services.web': 'cancelled', 'jobs.seed': 'failed' });
});

test('a service that failed stays watched, and recovers in the same run', async () => {
  const { result, events } = await endOf(seen, 'recovers');
  expect({ said: result.stderr, code: result.code }).toMatchObject({ code: 0 });
  expect(outcomes(events)).toEqual({ 'services.web': 'recovered', 'jobs.seed': 'succeeded' });
  expect(timeOf(events, 'task-settled', 'services.web')).toBeLessThan(
    timeOf(events, 'task-recovered', 'services.web'),
  );
});

test('a superseded service halts the run where its error would', async () => {
  const { result, events } = await endOf(seen, 'supersededHalts');
  expect({ said: result.stderr, code: result.code }).toMatchObject({ code: 1 });
  expect(outcomes(events)).toEqual({ 'services.web': 'superseded', 'jobs.seed': 'skipped' });
  expect(result.stderr).toContain('services.web was superseded, which halts the run');
});

test('no value of a Secret is passed on, though only the pods read it', async () => {
  const { result } = await endOf(seen, 'keepsSecrets');
  const said = result.stdout + result.stderr;
  expect(said).not.toContain(password);
  expect(said).toContain('login *** refused');
  expect(said).toContain('connect postgres://shop:***@db');
});

test('what admission refuses is told before the first write', async () => {
  const { result } = await endOf(seen, 'isRefusedAtOnce');
  expect({ code: result.code, said: result.stderr }).toMatchObject({ code: 65 });
  expect(result.stderr).toContain(refusal);
});

test('a file may have its own grace times', async () => {
  const { events } = await endOf(seen, 'hasGraceInItsFile');
  expect(outcomes(events)).toEqual({ 'services.web': 'failed' });
  expect(events.some(({ message }) => message?.includes('within 1 s') === true)).toBe(true);
});
