import type { TaskId } from '../domain/ids.js';
import { isCutShort, type RunOutcome, type TaskOutcomeKind } from '../domain/outcome.js';
import { formatFailure } from './failure-report.js';
import { formatDuration } from './format-duration.js';
import { outcomeKinds, outcomeMarks, paintOutcome } from './outcome-words.js';
import { countTasks, type RunSettledEvent, type RunState, type TaskState } from './run-state.js';
import { prunedLines, rolledBackLines } from './pruned-lines.js';
import { createStyle, type Style } from './style.js';
import { inColumns, oneLine, plural, wrap } from './text-layout.js';
import { formatUnanswered } from './unanswered-lines.js';

export interface SummaryOptions {
  readonly color: boolean;
  /** Characters per line; 80 when left out. */
  readonly width?: number;
  /** False where the failure reports have been printed already when they happened. Default true. */
  readonly reports?: boolean;
  /** The command that goes on where this run stopped, e.g. `flotilla deploy --resume`. */
  readonly resumeCommand?: string;
  /** The command that puts the last good version of what is not good back. */
  readonly rollbackCommand?: string;
  /** The command that removes the deployment. */
  readonly removeCommand?: string;
}

interface Screen {
  readonly state: RunState;
  readonly style: Style;
  readonly width: number;
  readonly options: SummaryOptions;
}

const namesMax = 24;

/**
 * The last screen of a run: how it ended, what failed and why, what is where when it was cut short and the
 * commands to go on from there, the critical path. Only for a state that has seen `run-settled`.
 */
export function formatSummary(state: RunState, options: SummaryOptions): string {
  const { settled } = state;
  if (settled === undefined) throw new Error('Bug: a run is summed up after it has settled.');
  const screen: Screen = {
    state,
    style: createStyle(options.color),
    width: Math.max(40, options.width ?? 80),
    options,
  };
  const cutShort = isCutShort(settled.outcome);
  const blocks = [
    sentence(screen, settled),
    failures(screen),
    cutShort ? whereabouts(screen) : changes(screen),
    cutShort ? [] : removals(screen),
    formatUnanswered(settled.unanswered ?? [], screen.style),
    settled.pruned === undefined ? [] : prunedLines(settled.pruned),
    rolledBackLines(settled.rolledBack ?? []),
    criticalPath(screen, settled),
    cutShort ? commands(screen, settled) : [],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

const runMarks: Readonly<Record<RunOutcome, string>> = {
  succeeded: '✓',
  degraded: '!',
  halted: '✗',
  cancelled: '⊘',
  superseded: '⇥',
};

function sentence({ state, style, width }: Screen, settled: RunSettledEvent): readonly string[] {
  const { name, workflow } = state.plan;
  const head = `${runMarks[settled.outcome]} ${oneLine(name)} · ${oneLine(workflow)} ${settled.outcome} after ${formatDuration(settled.durationMs)}`;
  const counts = countTasks(state);
  const parts = outcomeKinds.filter((kind) => counts[kind] > 0).map((kind) => `${counts[kind]} ${kind}`);
  const [first = '', ...rest] = wrap(
    [`${plural(state.tasks.size, 'task')}:`, ...parts.join(', ').split(/(?<=,) /)],
    width - 2,
  );
  return [
    style.bold(paintOutcome(style, settled.outcome, head)),
    ...[first, ...rest].map((line) => `  ${line}`),
  ];
}

function failures(screen: Screen): readonly string[] {
  const { style } = screen;
  const broken = tasksWith(screen, ['failed', 'timed-out', 'superseded']);
  const healed = tasksWith(screen, ['recovered']);
  return [
    ...broken.flatMap((task) => failureLines(screen, task)),
    ...healed.map(({ node, outcome, recoveredAt }) => {
      const when = recoveredAt === undefined ? '' : ` at ${formatDuration(recoveredAt)}`;
      const what = `${outcomeMarks.recovered} ${oneLine(node.id)} recovered${when}`;
      return `${paintOutcome(style, 'recovered', what)} from: ${oneLine(outcome?.reason ?? '')}`;
    }),
  ];
}

function failureLines({ style, options }: Screen, { node, outcome }: TaskState): readonly string[] {
  if (outcome === undefined) return [];
  const head = paintOutcome(
    style,
    outcome.kind,
    `${outcomeMarks[outcome.kind]} ${oneLine(node.id)} ${outcome.kind}`,
  );
  const halts = node.haltOnError ? ' (halts the run)' : '';
  const line = `${style.bold(head)}${halts}: ${oneLine(outcome.reason)}`;
  const evidence = 'evidence' in outcome ? outcome.evidence : undefined;
  if (evidence === undefined || options.reports === false) return [line];
  return [line, ...formatFailure(evidence, style, outcome.reason).map((one) => `    ${one}`)];
}

/** What a removal has deleted and what it has left: its name alone would say neither. */
function removals(screen: Screen): readonly string[] {
  return ranTo(screen, ['succeeded', 'unchanged'])
    .filter(({ node }) => node.kind === 'remove-environment')
    .flatMap(({ outcome }) => wrap(oneLine(outcome?.reason ?? '').split(' '), screen.width));
}

function changes(screen: Screen): readonly string[] {
  return [
    ...named(screen, 'kept', keptTasks(screen)),
    ...named(screen, 'changed', ranTo(screen, ['succeeded', 'recovered'])),
    ...named(screen, 'unchanged', ranTo(screen, ['unchanged'])),
  ];
}

const nothingDeleted = 'Nothing was deleted: what failed or was cut off keeps what it had applied.';

function rolledBackTasks({ state }: Screen): ReadonlySet<TaskId> {
  const tasks = state.settled?.rolledBack ?? [];
  return new Set(tasks.filter(({ revision }) => revision !== null).map(({ task }) => task));
}

/** Whether this run may have deleted objects: by a removal, by pruning, or by taking back what it had added. */
function hasDeleted(screen: Screen): boolean {
  const hasRemoved = [...screen.state.tasks.values()].some(
    ({ node, startedAt }) => node.kind === 'remove-environment' && startedAt !== undefined,
  );
  const pruned = screen.state.settled?.pruned?.deleted ?? [];
  return hasRemoved || pruned.length > 0 || rolledBackTasks(screen).size > 0;
}

function whereabouts(screen: Screen): readonly string[] {
  return [
    ...named(screen, 'kept', keptTasks(screen)),
    ...named(screen, 'applied', ranTo(screen, ['succeeded', 'recovered'])),
    ...named(screen, 'as it was', ranTo(screen, ['unchanged'])),
    ...named(screen, 'failed', tasksWith(screen, ['failed', 'timed-out'])),
    ...named(screen, 'superseded', tasksWith(screen, ['superseded'])),
    ...named(screen, 'cut off', tasksWith(screen, ['cancelled'])),
    ...named(screen, 'never started', tasksWith(screen, ['skipped'])),
    ...(hasDeleted(screen) ? [] : wrap(nothingDeleted.split(' '), screen.width)),
  ];
}

function named({ style, width }: Screen, label: string, tasks: readonly TaskState[]): readonly string[] {
  if (tasks.length === 0) return [];
  const shown = tasks.slice(0, namesMax).map(({ node }) => oneLine(node.id));
  const more = tasks.length > namesMax ? [`… and ${tasks.length - namesMax} more`] : [];
  const lines = [...inColumns(shown, width - 4), ...more];
  const culprits = new Set(
    tasks.flatMap(({ outcome }) => (outcome !== undefined && 'culprit' in outcome ? [outcome.culprit] : [])),
  );
  const because = culprits.size === 0 ? '' : `, because of ${[...culprits].join(', ')}`;
  const [head = '', ...rest] = wrap(`${label} (${tasks.length}${because})`.split(' '), width - 4);
  return [head.replace(label, style.bold(label)), ...[...rest, ...lines].map((line) => `    ${line}`)];
}

function criticalPath({ style, width }: Screen, settled: RunSettledEvent): readonly string[] {
  if (settled.criticalPath.length === 0) return [];
  const lengths = new Map(
    settled.tasks.map((one) => [one.task, one.settledAt - (one.startedAt ?? one.settledAt)]),
  );
  const last = settled.criticalPath.length - 1;
  const path = settled.criticalPath.map(
    (id, at) => `${oneLine(id)} ${formatDuration(lengths.get(id) ?? 0)}${at < last ? ' →' : ''}`,
  );
  return [style.bold('critical path'), ...wrap(path, width - 4).map((line) => `    ${line}`)];
}

function commands(screen: Screen, { outcome }: RunSettledEvent): readonly string[] {
  // The newer run goes on with it.
  if (outcome === 'superseded') return [];
  const { resumeCommand, rollbackCommand, removeCommand } = screen.options;
  const rolledBack = rolledBackTasks(screen);
  const isTouched = tasksWith(screen, ['succeeded', 'recovered', 'failed', 'timed-out', 'cancelled']).some(
    ({ node, startedAt }) => startedAt !== undefined && !rolledBack.has(node.id),
  );
  const offered = [
    ['to go on from here:', resumeCommand],
    ['to put back what is not good:', isTouched ? rollbackCommand : undefined],
    ['to remove the deployment:', isTouched ? removeCommand : undefined],
  ].filter(([, command]) => command !== undefined);
  const width = Math.max(...offered.map(([what = '']) => what.length));
  return offered.map(([what = '', command = '']) => `${what.padEnd(width)} ${command}`);
}

// Finished before this process began, by an earlier part of the run or by the one that it took over from.
function keptTasks({ state }: Screen): readonly TaskState[] {
  return [...state.tasks.values()].filter(({ kept }) => kept !== undefined);
}

function ranTo(screen: Screen, kinds: readonly TaskOutcomeKind[]): readonly TaskState[] {
  return tasksWith(screen, kinds).filter(({ kept }) => kept === undefined);
}

function tasksWith({ state }: Screen, kinds: readonly TaskOutcomeKind[]): readonly TaskState[] {
  return [...state.tasks.values()].filter(
    ({ outcome }) => outcome !== undefined && kinds.includes(outcome.kind),
  );
}
