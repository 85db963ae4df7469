import { formatDuration, formatSeconds } from './format-duration.js';
import { countTasks, type RunState, type TaskState } from './run-state.js';
import { oneLine, plural } from './text-layout.js';
import { formatTimeLeft } from './time-left.js';

const namedMax = 3;

/**
 * One line that says that the run is alive: what it waits for, since when and why; then how much is still to come, and how
 * long that takes where it is known.
 */
export function formatWaiting(state: RunState, atMs: number): string {
  const running = [...state.tasks.values()]
    .filter((task) => task.status === 'running')
    .sort((one, other) => (one.startedAt ?? 0) - (other.startedAt ?? 0));
  const { waiting } = countTasks(state);
  const named = running.slice(0, namedMax).map((task) => describeWait(task, atMs));
  const left = formatTimeLeft(state, atMs);
  const rest = [
    ...(running.length > namedMax ? [`${running.length - namedMax} more running`] : []),
    ...(waiting > 0 ? [`${plural(waiting, 'task')} still to start`] : []),
    ...(left === '' ? [] : [left]),
  ];
  const idle =
    waiting > 0
      ? 'waiting for the next task to start'
      : 'every task has settled; pruning and recording what is deployed';
  const what = named.length === 0 ? idle : `waiting for ${named.join('; ')}`;
  return `${formatSeconds(atMs).padStart(9)}  ${[what, ...rest].join('; ')}`;
}

function describeWait({ node, startedAt, progress }: TaskState, atMs: number): string {
  const since = formatDuration(Math.max(0, atMs - (startedAt ?? atMs)));
  const why = progress === undefined ? '' : `, ${progress.phase}: ${oneLine(progress.message)}`;
  return `${oneLine(node.id)} (${since}${why})`;
}
