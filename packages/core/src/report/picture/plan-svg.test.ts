import { compileText } from '../../testing/compile-text.js';
import { shopText } from '../../testing/shop.js';
import { planToHtml, planToSvg } from '../pictures.js';

const shop = compileText(shopText);

/** The class of the card of each task. */
function cardClasses(svg: string): Readonly<Record<string, string>> {
  const cards = [...svg.matchAll(/<g class="card ([^"]*)" data-task="([^"]*)"/g)];
  return Object.fromEntries(cards.map(([, classes = '', task = '']) => [task, classes]));
}

test('the picture stands alone', async () => {
  const svg = await planToSvg(shop);
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+/);
  expect(svg).toContain('prefers-color-scheme:dark');
  expect(svg).not.toMatch(/<script|<image|href=|url\((?!#)|@import|@font-face/);
  expect(svg).toContain(
    '9 tasks (6 services, 2 jobs, 1 chart) in 4 steps · critical path 2m 30s by default durations',
  );
});

test('cards show kind, critical path and what is not waited for', async () => {
  expect(cardClasses(await planToSvg(shop))).toEqual({
    'services.search': 'service loose',
    'services.db': 'service critical',
    'services.cache': 'service',
    'jobs.migrate': 'job critical',
    'services.api': 'service critical',
    'services.web': 'service critical',
    'services.worker': 'service loose',
    'jobs.report': 'job',
    'charts.ingress': 'chart',
  });
});

test('the critical path follows the durations it is given', async () => {
  const svg = await planToSvg(shop, { durations: ({ id }) => (id === 'jobs.report' ? 900_000 : 1000) });
  expect(svg).toContain('critical path 15m<');
  expect(Object.entries(cardClasses(svg)).filter(([, classes]) => classes.includes('critical'))).toEqual([
    ['jobs.report', 'job critical'],
  ]);
});

test('halting tasks, own needs and steps that are not waited for are said in words', async () => {
  const svg = await planToSvg(shop);
  expect(svg).toMatch(/>migrate<[^]*?· halts<[^]*?>api</);
  expect(svg).toContain('service · 10m · own needs · no wait');
  expect(svg).toContain('job · 20m · 3 tries · starts at once');
  expect(svg.match(/>not waited for</g)).toHaveLength(2);
  expect(svg).toContain('>1 not waited for<');
});

test('dependencies are drawn with what they say', async () => {
  const svg = await planToSvg(shop);
  expect(svg).toContain('data-from="services.api" data-to="services.web"');
  expect(svg).toContain('<title>services.worker after all of step search (needs)</title>');
});

test('the page says for each task what it waits for, why and by which line', async () => {
  const html = await planToHtml(shop);
  const [, data = ''] = /<script type="application\/json" id="data">([^]*?)<\/script>/.exec(html) ?? [];
  expect((JSON.parse(data) as { details: Record<string, unknown> }).details['services.web']).toEqual({
    title: 'services.web',
    facts: [
      'service of step apps, flotilla.yaml:31',
      'timeout 10m',
      'Its failure does not stop the run.',
      'The next step waits for it.',
    ],
    groups: [
      {
        heading: 'Starts when these have settled',
        items: [{ text: 'services.api (depends_on, line 9)', target: 'services.api' }],
      },
      { heading: 'These wait for it', items: [{ text: 'the end of step apps (step order, line 31)' }] },
    ],
  });
});

test('the end of a step that is not waited for is the end of the one before it', async () => {
  const text = shopText.replace(
    '      - step: apps\n',
    '      - {step: late, wait_for_finish: false, tasks: [services.cache]}\n      - step: apps\n',
  );
  const html = await planToHtml(compileText(text.replace('services.db, services.cache', 'services.db')));
  expect(html).toContain('the end of step migrate (step order');
  expect(html).toContain('the start of the run (step order');
  expect(html).not.toContain('the end of step late');
});

test('the same plan gives the same picture, byte for byte', async () => {
  expect(await planToSvg(compileText(shopText))).toBe(await planToSvg(shop));
});
