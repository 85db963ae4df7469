import type { WrittenEntry, WrittenFile } from '../written-file.js';

/** A task of the model's run: everything that semantics.md says of it, looked up in the file. */
export interface ModelTask {
  readonly id: string;
  readonly step: number;
  readonly needs: readonly string[] | undefined;
  /** The services it depends on, as task names. */
  readonly dependsOn: readonly string[];
  readonly haltOnError: boolean;
  readonly waitForFinish: boolean;
  readonly timeoutMs: number;
  readonly attempts: number;
}

export interface ModelWorkflow {
  readonly stepNames: readonly string[];
  /** In file order. */
  readonly tasks: readonly ModelTask[];
}

interface ModelStep {
  readonly name: string;
  readonly waitForFinish?: boolean | undefined;
  readonly haltOnError?: boolean | undefined;
  readonly entries: readonly WrittenEntry[];
}

/** Sections 1 and 2 (rules 5, 6, 7, 8, 10) of semantics.md: which steps there are, and which tasks in them. */
export function readModelWorkflow(file: WrittenFile): ModelWorkflow {
  const steps = modelSteps(file);
  const tasks = steps.flatMap((step, order) =>
    step.entries.flatMap((entry) =>
      membersOf(file, entry.task).map((id) => modelTask(file, { id, order, step, entry })),
    ),
  );
  return { stepNames: steps.map(({ name }) => name), tasks };
}

function modelSteps(file: WrittenFile): readonly ModelStep[] {
  if (file.workflow.form === 'parallelize') return file.workflow.steps;
  return file.workflow.entries.flatMap((entry) =>
    inSerialOrder(file, membersOf(file, entry.task)).map((id) => ({
      name: id,
      entries: [{ ...entry, task: id }],
    })),
  );
}

// "those of the section that this workflow names nowhere else, in file order"
function membersOf(file: WrittenFile, entry: string): readonly string[] {
  const [section, name] = entry.split('.');
  if (name !== 'all') return [entry];
  const { workflow } = file;
  const entries =
    workflow.form === 'order_from' ? workflow.entries : workflow.steps.flatMap((step) => step.entries);
  const named = entries.map(({ task }) => task);
  const all = section === 'services' ? file.services : section === 'jobs' ? file.jobs : file.charts;
  return all.map((one) => `${section ?? ''}.${one.name}`).filter((id) => !named.includes(id));
}

// "again and again the first in the file whose depends_on among the members are out; in a circle the first in the file"
function inSerialOrder(file: WrittenFile, members: readonly string[]): readonly string[] {
  const left = [...members];
  const out: string[] = [];
  while (left.length > 0) {
    const free = left.find(
      (id) => !dependenciesOf(file, id).some((other) => left.includes(other) && other !== id),
    );
    const next = free ?? left[0] ?? '';
    left.splice(left.indexOf(next), 1);
    out.push(next);
  }
  return out;
}

function dependenciesOf(file: WrittenFile, id: string): readonly string[] {
  const service = file.services.find(({ name }) => `services.${name}` === id);
  return (service?.dependsOn ?? []).map((name) => `services.${name}`);
}

interface Place {
  readonly id: string;
  readonly order: number;
  readonly step: ModelStep;
  readonly entry: WrittenEntry;
}

// "the nearest wins: the task's entry, then the job's own, then the step's"
function modelTask(file: WrittenFile, { id, order, step, entry }: Place): ModelTask {
  const job = file.jobs.find(({ name }) => `jobs.${name}` === id);
  const service = file.services.find(({ name }) => `services.${name}` === id);
  const defaultTimeoutMs = job === undefined ? 600_000 : 1_200_000;
  return {
    id: id === 'environment.remove' ? 'release.remove_environment' : id,
    step: order,
    needs: entry.needs,
    dependsOn: dependenciesOf(file, id),
    haltOnError: entry.haltOnError ?? job?.haltOnError ?? step.haltOnError ?? false,
    waitForFinish: entry.waitForFinish ?? step.waitForFinish ?? true,
    timeoutMs: entry.timeoutMs ?? job?.completedTimeoutMs ?? service?.timeoutMs ?? defaultTimeoutMs,
    attempts: entry.attempts ?? job?.attempts ?? 1,
  };
}
