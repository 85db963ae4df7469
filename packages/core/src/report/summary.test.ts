import type { RunEvent, RunSettled } from '../domain/event.js';
import { degradedRun, rehearsedRemoval } from '../testing/shop-runs.js';
import { runStateOf } from './run-state.js';
import { formatSummary } from './summary.js';

test('the summary of a run that was cut short claims that nothing was deleted only where that is so', () => {
  const cutShort = (events: readonly RunEvent[], more: Partial<RunSettled> = {}) =>
    formatSummary(
      runStateOf(
        events.map((event) =>
          event.type === 'run-settled' ? { ...event, outcome: 'cancelled' as const, ...more } : event,
        ),
      ),
      { color: false },
    );
  const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'old' };
  expect(cutShort(degradedRun)).toContain('Nothing was deleted');
  expect(cutShort(degradedRun, { pruned: { deleted: [object], kept: [] } })).not.toContain(
    'Nothing was deleted',
  );
  expect(cutShort(rehearsedRemoval)).not.toContain('Nothing was deleted');
});
