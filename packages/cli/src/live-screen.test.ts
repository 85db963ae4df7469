import { rehearsePlan, type RunEvent } from '@flotilla/core';
import { openLiveScreen } from './live-screen.js';
import { loadPlan } from './load-plan.js';
import { noScenario } from './read-scenario.js';
import { FlagValues } from './flags.js';
import { redactOutputs } from './redact-outputs.js';
import { fakePorts, folderWith } from './testing/fake-ports.js';

function eventsOfRun(): readonly RunEvent[] {
  const folder = folderWith({
    'flotilla.yaml': 'name: x\nservices: [{name: a, image: a}, {name: b, image: b}]\n',
  });
  const ports = redactOutputs(fakePorts({ workingDirectory: folder }).ports);
  const { plan } = loadPlan({
    flags: new FlagValues(new Map()),
    positionals: [],
    words: [],
    ports,
    loadCommands: () => Promise.resolve([]),
  });
  const events: RunEvent[] = [];
  rehearsePlan(plan, noScenario, { sink: (event) => events.push(event) });
  return events;
}

function openOn(columns: number) {
  const written: string[] = [];
  const output = { write: (text: string) => written.push(text), isTerminal: true, columns, rows: 24 };
  return { written, output, screen: openLiveScreen(output, false) };
}

const [started, ...later] = eventsOfRun();
if (started === undefined) throw new Error('Bug: a run without events');

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

test('nothing is written when nothing is drawn: the terminal stays as it was', () => {
  const { written, screen } = openOn(80);
  jest.advanceTimersByTime(200);
  screen.close();
  expect(written.join('')).not.toContain('\u001b[?25l');
  expect(written.join('')).not.toContain('\u001b[?25h');
});

test('preparations that last are shown', () => {
  const { written, screen } = openOn(80);
  jest.advanceTimersByTime(1500);
  screen.close();
  expect(written.join('')).toContain(
    'preparing: everything is rendered and checked before the first write, 1s',
  );
});

test('a frame goes back over the last one; the same frame is not drawn again; closing clears it and shows the cursor', () => {
  const { written, screen } = openOn(80);
  screen.sink(started);
  jest.advanceTimersByTime(100);
  const first = written.length;
  expect(written.at(-1)).toContain('\u001b[?25l');
  jest.advanceTimersByTime(300);
  expect(written.length).toBe(first);
  for (const event of later.slice(0, 2)) screen.sink(event);
  jest.advanceTimersByTime(100);
  // Title, bar, step, two tasks.
  expect(written.at(-1)).toContain('\r\u001b[5A');
  screen.close();
  expect(written.at(-1)).toBe(`\r\u001b[5A${'\r\u001b[2K\u001b[1B'.repeat(5)}\r\u001b[5A\u001b[?25h`);
  const closed = written.length;
  screen.close();
  expect(written.length).toBe(closed);
});

test('lines that a narrower terminal has wrapped are counted as the rows they take', () => {
  const { written, output, screen } = openOn(80);
  screen.sink(started);
  jest.advanceTimersByTime(100);
  output.columns = 20;
  screen.close();
  const rows = Number(/\[(\d+)A/.exec(written.at(-1) ?? '')?.[1]);
  expect(rows).toBeGreaterThan(5);
});

test('a line that stays is printed above the view', () => {
  const { written, screen } = openOn(80);
  screen.sink(started);
  jest.advanceTimersByTime(100);
  screen.print('a warning\n');
  expect(written.at(-1)).toContain('\u001b[5Aa warning\nx · setup on');
  screen.close();
});
