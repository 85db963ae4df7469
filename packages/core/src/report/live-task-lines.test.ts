import fc from 'fast-check';
import { stepName, taskId } from '../domain/ids.js';
import { fitText } from './fit-text.js';
import { liveTaskLines } from './live-task-lines.js';
import type { TaskState } from './run-state.js';
import { createStyle } from './style.js';
import { columnsOf } from './text-layout.js';

const style = createStyle(false);
const span = { file: { path: 'flotilla.yaml', text: '' }, start: 0, end: 0 };
const id = taskId('services', 'payment-gateway-adapter');

function running(message: string, names: readonly string[] = ['payment-gateway-adapter']): TaskState {
  const node = {
    kind: 'service' as const,
    id,
    name: 'payment-gateway-adapter',
    step: stepName('apps'),
    timeoutMs: 600_000,
    attemptsMax: 1,
    haltOnError: false,
    waitForFinish: true,
    span,
  };
  const objects = names.map((name) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'shop',
    name,
  }));
  return {
    node,
    status: 'running',
    attempt: 1,
    startedAt: 0,
    progress: { type: 'task-progressed', at: 0, task: id, phase: 'wait', message, objects },
  };
}

const pull =
  'image "registry.example.com/acme/payments/payment-gateway-adapter:2026.11.27-a81bc" cannot be pulled: not found (fails unless it heals within 30 s)';

const on = (width: number, spare: number, task: TaskState) =>
  liveTaskLines(task, { atMs: 12_000, width, nameWidth: 32, spare, style });

test('on one line of 80 columns the end, which says what is wrong, stays', () => {
  expect(on(79, 0, running(`Deployment shop/payment-gateway-adapter: ${pull}`))).toMatchInlineSnapshot(`
   [
     "  ⠋ services.payment-gateway-adapter     12s  image "regis…be pulled: not found",
   ]
  `);
});

test('on more lines nothing is lost', () => {
  expect(on(79, 2, running(`Deployment shop/payment-gateway-adapter: ${pull}`))).toMatchInlineSnapshot(`
   [
     "  ⠋ services.payment-gateway-adapter     12s  image",
     "      "registry.example.com/acme/p…026.11.27-a81bc" cannot be pulled: not found",
   ]
  `);
  const failed = {
    ...running(''),
    status: 'settled' as const,
    settledAt: 12_000,
    outcome: { kind: 'failed' as const, reason: pull, evidence: { cause: pull, events: [], logs: [] } },
  };
  expect(on(79, 3, failed)).toMatchInlineSnapshot(`
   [
     "  ✗ services.payment-gateway-adapter     12s  failed: image",
     "      "registry.example.com/acme/p…ts/payment-gateway-adapter:2026.11.27-a81bc"",
     "      cannot be pulled: not found (fails unless it heals within 30 s)",
   ]
  `);
});

test('objects with another name than the task are named, without their namespace', () => {
  const told = (message: string, names: readonly string[]) =>
    on(120, 0, running(message, names))[0]?.slice(46);
  expect(told('Deployment shop/worker: 0 of 1 replicas ready', ['worker'])).toBe(
    'Deployment worker: 0 of 1 replicas ready',
  );
  expect(
    told('Deployment shop/payment-gateway-adapter and 1 more: 0 of 1 replicas ready', [
      'payment-gateway-adapter',
      'x',
    ]),
  ).toBe('Deployment payment-gateway-adapter and 1 more: 0 of 1 replicas ready');
});

test('whatever the text, its lines fit', () => {
  const texts = fc.array(
    fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.constantFrom('漢字', 'ghcr.io/acme/web:1', '(later)'),
    ),
  );
  const room = fc.record({
    first: fc.integer({ min: 3, max: 60 }),
    rest: fc.integer({ min: 3, max: 90 }),
    lines: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(texts, room, (words, { first, rest, lines }) => {
      const fitted = fitText(words.join(' ').replace(/\s+/gu, ' ').trim(), { first, rest, lines });
      expect(fitted.length).toBeLessThanOrEqual(lines);
      fitted.forEach((line, at) => {
        expect(columnsOf(line)).toBeLessThanOrEqual(at === 0 ? first : rest);
      });
    }),
  );
});
