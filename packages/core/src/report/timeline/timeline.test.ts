import { taskId } from '../../domain/ids.js';
import { degradedRun, fineRun, haltedRun } from '../../testing/shop-runs.js';
import { timelineToHtml, timelineToSvg } from '../pictures.js';
import { axisTicks, buildTimeline } from './timeline.js';

test('slack is how much later a task could have settled; on the critical path there is none', () => {
  const { slackMs, critical } = buildTimeline(fineRun);
  expect(Object.fromEntries(slackMs)).toEqual({
    'services.search': 90_000,
    'services.db': 0,
    'services.cache': 0,
    'jobs.migrate': 0,
    'services.api': 0,
    'services.web': 0,
    'services.worker': 90_000,
    'jobs.report': 90_000,
    'charts.ingress': 0,
  });
  for (const id of critical) expect(slackMs.get(id)).toBe(0);
});

test('a halt is found with its time and its culprit', () => {
  expect(buildTimeline(haltedRun).halt).toEqual({ at: 45_000, culprit: 'jobs.migrate' });
  expect(buildTimeline(degradedRun).halt).toBeUndefined();
});

test('a run that is still going ends at its last event', () => {
  const timeline = buildTimeline(fineRun.filter(({ at }) => at <= 30_000));
  expect(timeline.endMs).toBe(30_000);
  expect(timeline.steps.map(({ openedAt }) => openedAt)).toEqual([0, 0, 30_000, undefined]);
});

test('ticks are round and not too many', () => {
  expect(axisTicks(150_000, 10)).toEqual([0, 20_000, 40_000, 60_000, 80_000, 100_000, 120_000, 140_000]);
  expect(axisTicks(0, 10)).toEqual([0]);
  expect(axisTicks(40 * 3_600_000, 4)).toEqual([0, 10, 20, 30, 40].map((hours) => hours * 3_600_000));
});

test('the chart shows openings, failures, recoveries and halts', async () => {
  const degraded = await timelineToSvg(degradedRun, { withoutBarriersMs: 60_000 });
  expect(degraded).toContain('the order of the steps costs 1m 30s');
  expect(degraded).toContain('opens at 1m 30s');
  expect(degraded).toMatch(/class="bar failed" data-task="services.api"/);
  expect(degraded).toMatch(/class="bar recovered" data-task="services.cache"[^]*?class="healing"/);
  expect(degraded).toMatch(/class="bar succeeded" data-task="services.web"[^]*?class="held"/);
  expect(await timelineToSvg(haltedRun)).toContain('halted by jobs.migrate');
});

test('the page says when and why', async () => {
  const html = await timelineToHtml(degradedRun);
  const [, data = ''] = /<script type="application\/json" id="data">([^]*?)<\/script>/.exec(html) ?? [];
  const { details } = JSON.parse(data) as { details: Record<string, unknown> };
  expect(details[taskId('services', 'api')]).toMatchObject({
    facts: [
      'failed: ImagePullBackOff',
      'started at 1m 30s',
      'settled at 1m 35s',
      'slack 25s: it could settle that much later',
    ],
    groups: [
      {
        heading: 'Why',
        items: [
          { text: 'The image ghcr.io/acme/api:1.4.3 does not exist.' },
          { text: 'Push it, or name a tag that exists.' },
        ],
      },
      { heading: 'Started when these had settled' },
    ],
  });
});
