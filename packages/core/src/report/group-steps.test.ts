import type { RunEvent } from '../domain/event.js';
import { degradedRun } from '../testing/shop-runs.js';
import { groupSteps, type GroupSyntax } from './group-steps.js';
import { createPlainRenderer } from './plain-renderer.js';

function linesOf(events: readonly RunEvent[], syntax: GroupSyntax): readonly string[] {
  let text = '';
  const write = (line: string) => (text += line);
  events.forEach(groupSteps(createPlainRenderer({ write, color: false }), { syntax, write }));
  return text.trimEnd().split('\n');
}

test('lines are folded step by step, failures and the end stand outside', () => {
  const shape = linesOf(degradedRun, 'github').map((line) => line.replace(/^ {11}.*/, '  report').trim());
  expect(shape).toMatchInlineSnapshot(`
   [
     "0.0s  shop · setup on none (rehearsal): 9 tasks in 4 steps",
     "::group::step search, data",
     "0.0s  services.db      started",
     "0.0s  services.cache   started",
     "0.0s  services.search  started",
     "0.0s  jobs.report      started",
     "::endgroup::",
     "8.0s  services.cache   failed after 8s: CrashLoopBackOff",
     "20.0s  services.cache   recovered",
     "30.0s  services.search  succeeded after 30s: ready",
     "30.0s  services.db      succeeded after 30s: ready",
     "::group::step migrate",
     "30.0s  jobs.migrate     started",
     "30.0s  services.worker  started",
     "60.0s  services.worker  succeeded after 30s: ready",
     "60.0s  jobs.report      succeeded after 1m: completed",
     "90.0s  jobs.migrate     succeeded after 1m: completed",
     "::endgroup::",
     "::group::step apps",
     "90.0s  charts.ingress   started",
     "90.0s  services.api     started",
     "::endgroup::",
     "95.0s  services.api     failed after 5s: ImagePullBackOff",
     "report",
     "report",
     "report",
     "report",
     "report",
     "report",
     "report",
     "report",
     "95.0s  services.web     started",
     "125.0s  services.web     succeeded after 30s: ready",
     "150.0s  charts.ingress   succeeded after 1m: ready",
     "150.0s  run degraded after 2m 30s",
   ]
  `);
});

test('groups open and close in turns, whatever fails', () => {
  for (const syntax of ['github', 'gitlab'] as const) {
    const marks = linesOf(degradedRun, syntax).flatMap((line) =>
      /^::group|section_start/.test(line) ? ['open'] : /^::endgroup|section_end/.test(line) ? ['close'] : [],
    );
    expect(marks.length).toBeGreaterThan(0);
    expect(marks).toEqual(marks.map((_, at) => (at % 2 === 0 ? 'open' : 'close')));
    expect(marks.at(-1)).toBe('close');
  }
});

test('GitLab sections have a number and times', () => {
  expect(linesOf(degradedRun, 'gitlab')[1]).toBe(
    '\u001b[0Ksection_start:0:flotilla_1\r\u001b[0Kstep search, data',
  );
});
