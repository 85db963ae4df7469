import type { KubeObject } from '../cluster/kube-object.js';
import { foldEvents } from './evidence-events.js';

const event = (reason: string, message: string, more: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e' },
  type: 'Warning',
  reason,
  message,
  lastTimestamp: '2026-01-01T00:00:00Z',
  ...more,
});

test('what goes well is left out, warnings come first, then the newest', () => {
  const events = [
    event('Pulled', 'image present', { type: 'Normal' }),
    event('TriggeredScaleUp', 'up', { type: 'Normal', lastTimestamp: '2026-01-01T00:00:09Z' }),
    event('FailedScheduling', 'old'),
    event('Unhealthy', 'new', { lastTimestamp: '2026-01-01T00:00:05Z' }),
  ];
  expect(foldEvents(events).map(({ reason }) => reason)).toEqual([
    'Unhealthy',
    'FailedScheduling',
    'TriggeredScaleUp',
  ]);
});

test('the same is counted together, also where each try has a made-up name', () => {
  const refused = (name: string) => `Error creating: pods "web-1-${name}" is forbidden: exceeded quota: q, x`;
  const events = [
    event('FailedCreate', refused('aaaaa')),
    event('FailedCreate', `(combined from similar events): ${refused('bbbbb')}`, { count: 4 }),
    event('FailedCreate', refused('ccccc'), { series: { count: 2 } }),
  ];
  expect(foldEvents(events)).toEqual([
    { type: 'Warning', reason: 'FailedCreate', message: 'exceeded quota: q, x', count: 7 },
  ]);
});
