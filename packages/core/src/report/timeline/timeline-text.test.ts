import { degradedRun, fineRun, haltedRun } from '../../testing/shop-runs.js';
import { timelineToText } from './timeline-text.js';

describe('the timeline as text', () => {
  test('of a degraded run', () => {
    expect(timelineToText(degradedRun, { color: false })).toMatchInlineSnapshot(`
     "                  │0s               │1m              │2m
     search            ▾ 0s, not waited for
       services.search ━━━━━━━━━                                    ✓    30s +1m 30s
     data              ▾ 0s
       services.db     █████████                                    ✓    30s
       services.cache  ━━┄┄┄┄                                       ↻     8s    +22s
     migrate                    ▾ 30s
       jobs.migrate             █████████████████                   ✓     1m
     apps                                        ▾ 1m 30s
       services.api                              ━━                 ✗     5s    +25s
       services.web                              ··━━━━━━━━━        ✓    30s    +25s
       services.worker          ━━━━━━━━━                           ✓    30s +1m 30s
       jobs.report     ━━━━━━━━━━━━━━━━━━                           ✓     1m +1m 30s
       charts.ingress                            ██████████████████ ✓     1m

     degraded after 2m 30s
     + is slack: how much later it could have settled without the run ending later
     critical path (█): services.db → jobs.migrate → charts.ingress
     "
    `);
  });

  test('of a halted run, with what the steps cost', () => {
    expect(timelineToText(haltedRun, { color: false, withoutBarriersMs: 30_000 })).toMatchInlineSnapshot(`
     "                  │0s                 │20s               │40s
     search            ▾ 0s, not waited for
       services.search ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ ⊘    45s
     data              ▾ 0s
       services.db     █████████████████████████████                ✓    30s
       services.cache  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━                ✓    30s
     migrate                                        ▾ 30s
       jobs.migrate                                 ███████████████ ✗    15s
     apps              never opened
       services.api                                                 –
       services.web                                                 –
       services.worker                                              –
       jobs.report     ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ ⊘    45s
       charts.ingress                                               –

     halted after 45s
     halted at 45s by jobs.migrate
     critical path (█): services.db → jobs.migrate
     The order of the steps costs 15s: depends_on and needs alone would take 30s.
     "
    `);
  });

  test.each([60, 80, 140])('stays within %i columns', (width) => {
    for (const events of [fineRun, degradedRun, haltedRun])
      for (const line of timelineToText(events, { color: false, width }).split('\n'))
        expect(line.length).toBeLessThanOrEqual(width);
  });
});
