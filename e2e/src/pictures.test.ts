/// <reference lib="dom" />
// The pages that `-o html` writes, used as a person uses them: in a real browser, with mouse and keyboard.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { flotilla } from './testing/flotilla.js';
import { realInput } from './testing/shared-folder.js';

const browserArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const fiveTasks = `name: five
services: [{name: db}, {name: api}, {name: web, depends_on: [api]}, {name: worker}]
jobs: [{name: migrate, halt_on_error: true}]
workflows:
  - name: setup
    parallelize:
      - {step: data, tasks: [services.db]}
      - {step: migrate, tasks: [jobs.migrate]}
      - {step: apps, tasks: [services.api, services.web, {task: services.worker, needs: [services.db]}]}
`;

// Ten steps, one of them not waited for; every fifth service depends on another of its step, every seventh on one of the step before.
function manyTasks(count: number): string {
  const perStep = count / 10;
  const services = Array.from({ length: count }, (_, at) => {
    const needed = at % 5 === 4 ? at - 3 : at % 7 === 6 && at >= perStep ? at - perStep : undefined;
    return `  - {name: service-${at}${needed === undefined ? '' : `, depends_on: [service-${needed}]`}}`;
  });
  const steps = Array.from({ length: 10 }, (_, step) => {
    const tasks = Array.from({ length: perStep }, (_, at) => `services.service-${step * perStep + at}`);
    return `      - {step: layer-${step}, wait_for_finish: ${step !== 3}, tasks: [${tasks.join(', ')}]}`;
  });
  return `name: many\nservices:\n${services.join('\n')}\nworkflows:\n  - name: setup\n    parallelize:\n${steps.join('\n')}\n`;
}

/** A limit for what hangs, however slow the machine is. */
const patienceMs = 300_000;

let browser: Browser;
let folder: string;
const files = new Map<string, string>();

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: browserArguments,
    timeout: patienceMs,
  });
  folder = await mkdtemp(join(tmpdir(), 'flotilla-pictures-'));
  const texts = {
    5: fiveTasks,
    41: await readFile(join(realInput('release-templates'), 'nx-monorepo-41-tasks.yaml'), 'utf8'),
    400: manyTasks(400),
  };
  for (const [count, text] of Object.entries(texts)) await makePages(count, text);
});

afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

async function makePages(count: string, text: string): Promise<void> {
  const file = join(folder, `${count}.yaml`);
  await writeFile(file, text);
  for (const command of ['plan', 'rehearse']) {
    const { code, stdout, stderr } = await flotilla([command, '-f', file, '-o', 'html'], { cwd: folder });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const page = join(folder, `${command}-${count}.html`);
    await writeFile(page, stdout);
    files.set(`${command} ${count}`, page);
  }
}

interface Opened {
  readonly page: Page;
  /** Errors, console messages and requests for anything but the page itself. */
  readonly complaints: readonly string[];
}

async function open(name: string, width = 1200, colorScheme: 'light' | 'dark' = 'light'): Promise<Opened> {
  const file = files.get(name);
  if (file === undefined) throw new Error(`Bug: there is no page ${name}.`);
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  page.setDefaultTimeout(patienceMs);
  const url = pathToFileURL(file).href;
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('request', (request) => {
    if (request.url() !== url && request.url() !== 'data:,') complaints.push(request.url());
  });
  await page.goto(url);
  return { page, complaints };
}

function focusedTask(page: Page): Promise<string | null> {
  return page.evaluate(() => document.activeElement?.getAttribute('data-task') ?? null);
}

const names = ['plan 5', 'plan 41', 'plan 400', 'rehearse 5', 'rehearse 41', 'rehearse 400'];

test.each(names)('%s: one file, nothing fetched, nothing complained about', async (name) => {
  const { page, complaints } = await open(name);
  const html = await page.content();
  expect(html).not.toMatch(/<(script|img|iframe)[^>]* src=|<link[^>]*rel="stylesheet"|@import|@font-face/);
  await page.locator('[data-task]').last().hover();
  expect(complaints).toEqual([]);
  await page.close();
});

describe.each([1600, 1200, 700])('in a window of %i pixels', (width) => {
  test.each(names)('%s: every task stands once, none over another, none behind the panel', async (name) => {
    const { page, complaints } = await open(name, width);
    const count = Number(name.split(' ')[1]);
    const boxes = await page.locator('#picture [data-task] .box').evaluateAll((parts) =>
      parts.map((part) => {
        const { left, right, top, bottom } = part.getBoundingClientRect();
        return { left, right, top, bottom };
      }),
    );
    expect(boxes).toHaveLength(count);
    const overlapping = boxes.filter((one, at) =>
      boxes
        .slice(at + 1)
        .some(
          (other) =>
            one.left < other.right &&
            other.left < one.right &&
            one.top < other.bottom &&
            other.top < one.bottom,
        ),
    );
    expect(overlapping).toEqual([]);
    const room = await page.locator('#picture').evaluate(({ clientWidth, scrollWidth }) => ({
      clientWidth,
      scrollWidth,
    }));
    expect(room.scrollWidth).toBeLessThanOrEqual(room.clientWidth);
    for (const { left, right } of boxes) {
      expect(left).toBeGreaterThanOrEqual(0);
      expect(right).toBeLessThanOrEqual(room.clientWidth);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.each(names)('%s: no name is cut and no text leaves its card', async (name) => {
    const { page } = await open(name, width);
    const told = await page.locator('#picture .name, #picture .task, #picture .step').allTextContents();
    expect(told.filter((text) => text.includes('…'))).toEqual([]);
    const leaving = await page.locator('#picture .card').evaluateAll((cards) =>
      cards.flatMap((card) => {
        const right = card.querySelector('.box')?.getBoundingClientRect().right ?? 0;
        const texts = [...card.querySelectorAll('text')];
        return texts
          .filter((text) => text.getBoundingClientRect().right > right)
          .map(({ textContent }) => textContent);
      }),
    );
    expect(leaving).toEqual([]);
    await page.close();
  });
});

test('pointing at a task says why it waits and which line says so; leaving it lets go', async () => {
  const { page, complaints } = await open('plan 5');
  await page.hover('[data-task="services.web"]');
  const panel = await page.innerText('#detail');
  expect(panel).toContain('services.web');
  expect(panel).toContain('services.api (depends_on, line 2)');
  expect(panel).toContain('5.yaml:9');
  await page.hover('[data-task="services.worker"]');
  expect(await page.innerText('#detail')).toContain('services.db (needs, line 9)');
  await page.hover('h1');
  expect(await page.isVisible('#intro')).toBe(true);
  expect(await page.isVisible('#detail')).toBe(false);
  expect(complaints).toEqual([]);
  await page.close();
});

test('a click keeps a task until Escape, and from its panel one goes on to what it waits for', async () => {
  const { page, complaints } = await open('plan 5');
  await page.click('[data-task="services.web"]');
  await page.hover('h1');
  expect(await page.innerText('#detail h2')).toBe('services.web');
  await page.click('#detail button');
  expect(await page.innerText('#detail h2')).toBe('services.api');
  expect(await focusedTask(page)).toBe('services.api');
  await page.keyboard.press('Escape');
  expect(await page.isVisible('#intro')).toBe(true);
  expect(await focusedTask(page)).toBeNull();
  expect(complaints).toEqual([]);
  await page.close();
});

test('the keyboard alone: slash, a word, Enter, arrows, Enter, Escape', async () => {
  const { page, complaints } = await open('plan 41');
  await page.keyboard.press('/');
  await page.keyboard.type('consumer');
  await page.keyboard.press('Enter');
  expect(await focusedTask(page)).toBe('services.consumer-web');
  await page.keyboard.press('ArrowUp');
  expect(await focusedTask(page)).toBe('services.insurance-dashboard-web');
  await page.keyboard.press('ArrowRight');
  expect(await focusedTask(page)).toBe('services.clinicalkpi-dashboard-web');
  await page.keyboard.press('ArrowUp');
  expect(await focusedTask(page)).toMatch(/^jobs\..*-migrations$/);
  await page.keyboard.press('Enter');
  const kept = await focusedTask(page);
  await page.hover('h1');
  expect(await page.innerText('#detail h2')).toBe(kept);
  await page.keyboard.press('Escape');
  expect(await page.isVisible('#intro')).toBe(true);
  expect(await page.inputValue('#search')).toBe('');
  expect(complaints).toEqual([]);
  await page.close();
});

test('Tab goes from the search to one task, from there into its panel, and comes back', async () => {
  const { page, complaints } = await open('plan 5');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('search');
  await page.keyboard.press('Tab');
  expect(await focusedTask(page)).toBe('services.db');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BUTTON');
  expect(await page.innerText('#detail h2')).toBe('services.db');
  await page.keyboard.press('Enter');
  const next = await focusedTask(page);
  expect(next).not.toBe('services.db');
  expect(await page.innerText('#detail h2')).toBe(next);
  await page.keyboard.press('Shift+Tab');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('search');
  expect(complaints).toEqual([]);
  await page.close();
});

test.each(['plan 5', 'rehearse 5'])(
  '%s: a screen reader hears each task as a button with its facts',
  async (name) => {
    const { page } = await open(name);
    const migrate = page.getByRole('button', { name: /^jobs\.migrate, / });
    await expect(migrate.count()).resolves.toBe(1);
    await expect(page.getByRole('searchbox', { name: 'Find a task' }).count()).resolves.toBe(1);
    await expect(page.locator('#panel').getAttribute('aria-live')).resolves.toBe('polite');
    await page.close();
  },
);

test.each(['plan 41', 'rehearse 41'])('%s: searching dims the others', async (name) => {
  const { page } = await open(name);
  await page.fill('#search', 'MIGRATIONS');
  await expect(page.locator('#picture .hit').count()).resolves.toBe(10);
  const other = page.locator('#picture [data-task="services.services-postgres"]');
  await page.waitForFunction(
    () =>
      getComputedStyle(
        document.querySelector('#picture [data-task="services.services-postgres"]') ?? document.body,
      ).opacity === '0.2',
  );
  await expect(other.getAttribute('class')).resolves.not.toContain('hit');
  await page.close();
});

test.each(['plan 5', 'rehearse 5'])(
  '%s: dark where dark is preferred, light where light is',
  async (name) => {
    const { page } = await open(name);
    const colors = () =>
      page.evaluate(() => {
        const { backgroundColor, color } = getComputedStyle(document.body);
        return { backgroundColor, color };
      });
    expect(await colors()).toEqual({ backgroundColor: 'rgb(255, 255, 255)', color: 'rgb(31, 35, 40)' });
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await colors()).toEqual({ backgroundColor: 'rgb(13, 17, 23)', color: 'rgb(230, 237, 243)' });
    await page.close();
  },
);

test('a window that becomes narrow gets the narrow picture and keeps what is kept and searched', async () => {
  const { page, complaints } = await open('plan 41', 1600);
  const widthOf = () => page.locator('#picture svg').evaluate((svg) => Number(svg.getAttribute('width')));
  const wide = await widthOf();
  await page.click('[data-task="jobs.ensure-audit-db"]');
  await page.setViewportSize({ width: 700, height: 900 });
  await page.waitForFunction(
    (before) => Number(document.querySelector('#picture svg')?.getAttribute('width')) < before,
    wide,
  );
  expect(await focusedTask(page)).toBe('jobs.ensure-audit-db');
  expect(await page.innerText('#detail h2')).toBe('jobs.ensure-audit-db');
  await expect(page.locator('#picture [data-task="jobs.ensure-audit-db"].on').count()).resolves.toBe(1);
  expect(complaints).toEqual([]);
  await page.close();
});
