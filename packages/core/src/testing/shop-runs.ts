import type { RunEvent } from '../domain/event.js';
import type { Evidence } from '../domain/outcome.js';
import type { Plan } from '../domain/plan.js';
import { builtInDurations, type RehearsedTask } from '../domain/rehearsal.js';
import { rehearsePlan } from '../execute/rehearse-plan.js';
import { foldRun, type RunState } from '../report/run-state.js';
import { compileText } from './compile-text.js';
import { createRecordingSink } from './recording-sink.js';
import { shopText } from './shop.js';

const shop = compileText(shopText);

function rehearse(tasks: Readonly<Record<string, RehearsedTask>>, plan: Plan = shop): readonly RunEvent[] {
  const { sink, events } = createRecordingSink();
  const known = plan.tasks.flatMap(({ id }): [typeof id, RehearsedTask][] => {
    const task = tasks[id];
    return task === undefined ? [] : [[id, task]];
  });
  rehearsePlan(plan, { defaults: builtInDurations, tasks: new Map(known) }, { sink });
  return events;
}

/** A failure report with all its parts. */
export const failureEvidence: Evidence = {
  cause: 'The image ghcr.io/acme/api:1.4.3 does not exist.',
  advice: 'Push it, or name a tag that exists.',
  object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' },
  state: '0 of 2 replicas ready',
  events: [{ type: 'Warning', reason: 'Failed', message: 'Failed to pull image', count: 4 }],
  logs: [{ pod: 'api-7d9', container: 'api', previous: true, lines: ['starting', 'panic: no config'] }],
  command: 'kubectl -n shop describe pod api-7d9',
};

function withEvidence(events: readonly RunEvent[], id: string): readonly RunEvent[] {
  return events.map((event) =>
    event.type === 'task-settled' && event.task === id && event.outcome.kind === 'failed'
      ? { ...event, outcome: { ...event.outcome, evidence: failureEvidence } }
      : event,
  );
}

/** A run of the shop in which everything succeeds. */
export const fineRun = rehearse({});
/** A run in which one service fails, with evidence, and one recovers. */
export const degradedRun = withEvidence(
  rehearse({
    'services.api': { takesMs: 5000, fails: 'ImagePullBackOff' },
    'services.cache': { takesMs: 8000, fails: 'CrashLoopBackOff', healsMs: 20_000 },
  }),
  'services.api',
);
/** A run that a failed job halts. */
export const haltedRun = rehearse({
  'jobs.migrate': { takesMs: 15_000, fails: 'exit code 1' },
  'services.search': { takesMs: 900_000 },
});

/** A run that removes a deployment. */
export const rehearsedRemoval = rehearse(
  {},
  compileText('name: shop\nservices: [{name: web, image: nginx}]\n', 'teardown'),
);

/** What the events up to `atMs` have told. */
export function stateAt(events: readonly RunEvent[], atMs: number): RunState {
  let state: RunState | undefined;
  for (const event of events) if (event.at <= atMs) state = foldRun(state, event);
  if (state === undefined) throw new Error('Bug: the run has not started.');
  return state;
}
