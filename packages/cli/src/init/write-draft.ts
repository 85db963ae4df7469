import { printYaml } from '../print-yaml.js';
import type { Draft, DraftTask } from './draft.js';

/** The text of a flotilla file. Waiting for a job is what only a workflow can say, so there is one when there are jobs. */
export function writeDraft(name: string, { tasks, found, toDo }: Draft): string {
  const hasJobs = tasks.some(({ kind }) => kind === 'job');
  const sections = Object.entries({
    services: tasksOf(tasks, 'service', (task) => define(task, !hasJobs)),
    jobs: tasksOf(tasks, 'job', (task) => define(task, false)),
    charts: tasksOf(tasks, 'chart', (task) => define(task, false)),
    workflows: hasJobs ? [{ name: 'setup', parallelize: stepsOf(tasks) }] : [],
  }).filter(([, entries]) => entries.length > 0);
  const comments = [
    `Written by flotilla init from ${found.join(', ')}.`,
    ...toDo.map((what) => `To do: ${what}`),
  ];
  const body = printYaml({ name, ...Object.fromEntries(sections) });
  return `${comments.map((line) => `# ${line.replaceAll(/\s+/g, ' ')}\n`).join('')}${body}`;
}

function tasksOf<Entry>(
  tasks: readonly DraftTask[],
  kind: DraftTask['kind'],
  write: (task: DraftTask) => Entry,
): readonly Entry[] {
  return tasks.filter((task) => task.kind === kind).map(write);
}

function define({ name, after, definition }: DraftTask, waits: boolean): object {
  return { name, ...definition, ...(waits && after.length > 0 && { depends_on: after }) };
}

interface Step {
  readonly step: string;
  readonly tasks: readonly string[];
}

function stepsOf(tasks: readonly DraftTask[]): readonly Step[] {
  const steps: Step[] = [];
  const settled = new Set<string>();
  for (let left = tasks; left.length > 0; left = left.filter(({ name }) => !settled.has(name))) {
    const ready = left.filter(({ after }) => after.every((name) => settled.has(name)));
    // What waits for itself is left to the plan to complain about.
    const next = ready.length === 0 ? left : ready;
    for (const { name } of next) settled.add(name);
    steps.push({
      step: `step-${String(steps.length + 1)}`,
      tasks: next.map(({ kind, name }) => `${kind}s.${name}`),
    });
  }
  return steps;
}
