import { readFileSync, writeFileSync } from 'node:fs';
import { startControlPlane, type ControlPlane } from './control-plane/control-plane.js';
import { clusterCases } from './failures/cluster-cases.js';
import { containerCases } from './failures/container-cases.js';
import type { FailureCase } from './failures/failure-case.js';
import { jobCases } from './failures/job-cases.js';
import { normalise, reportOf, settledOf } from './failures/report-text.js';
import { play, type Played } from './failures/stage.js';
import { boundedly } from './testing/boundedly.js';
import { outcomes } from './testing/run-events.js';

const atOnce = 6;
const cases = [...containerCases, ...clusterCases, ...jobCases];

let cluster: ControlPlane;
const played = new Map<FailureCase, Promise<Played>>();

// All cases run beside each other, each in a namespace of its own: most of their time is waiting.
beforeAll(async () => {
  cluster = await startControlPlane({
    audit: false,
    nodes: { startMs: 100, readyMs: 100, runMs: 150, backOffMs: 250, terminateMs: 50 },
  });
  const limit = boundedly(atOnce);
  cases.forEach((one, index) => {
    const playing = limit(() => play(one, { cluster, namespace: `case-${index}` }));
    // Whoever awaits it sees it; until then it is nobody's unhandled rejection.
    playing.catch(() => undefined);
    played.set(one, playing);
  });
});

afterAll(async () => {
  await Promise.allSettled(played.values());
  expect(cluster.nodeErrors()).toEqual([]);
  await cluster.stop();
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(page, formatPage(reports));
});

async function playedOf(one: FailureCase): Promise<Played> {
  const found = played.get(one);
  if (found === undefined) throw new Error(`Bug: ${one.title} was not started.`);
  return found;
}

const page = new URL('../../docs/failures.md', import.meta.url);
const reports = new Map<string, string>();

const fence = '```';
const intro = `<!-- Written by \`UPDATE_DOCS=1 npx jest -c e2e/jest.config.js failures\`; do not edit. -->
`;

function formatPage(texts: ReadonlyMap<string, string>): string {
  const sections = [...texts].map(([title, text]) => `## ${title}\n\n${fence}text\n${text}\n${fence}\n`);
  return [intro, ...sections].join('\n');
}

function committedReport(title: string): string | undefined {
  const [, rest] = readFileSync(page, 'utf8').split(`## ${title}\n\n${fence}text\n`);
  return rest?.split(`\n${fence}\n`)[0];
}

const bad = cases.filter(({ outcome }) => outcome !== 'succeeded');
const fine = cases.filter(({ outcome }) => outcome === 'succeeded');

test.each(bad.map((one) => [one.title, one] as const))(
  '%s is told as docs/failures.md shows',
  async (title, one) => {
    const { result, events, task } = await playedOf(one);
    const report = reportOf(result.stderr, task);
    reports.set(title, report);
    expect({ said: result.stderr, ends: outcomes(events)[task] }).toMatchObject({ ends: one.outcome });
    if (process.env['UPDATE_DOCS'] === undefined) expect(report).toBe(committedReport(title));
    // The same for machines, and its cause is the first sentence.
    const evidence = settledOf(events, task)?.evidence;
    expect(report.split('\n').map((line) => line.trim())).toContain(
      normalise(evidence?.cause ?? 'no evidence'),
    );
  },
);

test.each(fine.map((one) => [one.title, one] as const))('%s is no failure', async (_title, one) => {
  const { result, events, task } = await playedOf(one);
  expect({ said: result.stderr, ends: outcomes(events)[task] }).toMatchObject({ ends: one.outcome });
});
