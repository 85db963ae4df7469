import type { Clock } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import { defaultGraceTimes } from '../failure/grace-times.js';
import { judge } from '../readiness/judge.js';
import { createLiveObjects } from '../objects/live-objects.js';
import { createRedactor } from '../objects/redactor.js';
import type { RunContext } from '../tasks/run-context.js';

/** What tasks of a run of the deployment `shop` share, with nothing asked for and no records. */
export function createTestContext(cluster: Cluster, clock: Clock): RunContext {
  return {
    cluster,
    clock,
    file: { services: [] } as never,
    deployment: 'shop',
    namespace: 'shop',
    live: createLiveObjects(cluster, clock, { deployment: 'shop', namespace: 'shop' }),
    redactor: createRedactor(),
    secrets: { learn: () => Promise.resolve() },
    grace: defaultGraceTimes,
    force: false,
    takenOver: new Set(),
    pruneStateful: false,
    membership: {} as never,
    key: {} as never,
    rerunJobs: false,
    series: 'run/1',
    replace: false,
    facts: { kinds: new Map(), webhooks: new Map() },
    createNamespace: false,
    applyConcurrency: 4,
    judgeOf: () => judge,
    changedTasks: new Set<string>(),
    leave: () => Promise.resolve(),
    onWarning: () => undefined,
  };
}
