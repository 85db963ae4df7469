/** A deployment file as plain data, as people write it. Durations are milliseconds, and become `250ms` in the text. */
export interface WrittenFile {
  readonly services: readonly {
    readonly name: string;
    readonly dependsOn: readonly string[];
    readonly timeoutMs?: number;
  }[];
  readonly jobs: readonly {
    readonly name: string;
    readonly haltOnError?: boolean;
    readonly completedTimeoutMs?: number;
    readonly attempts?: number;
  }[];
  readonly charts: readonly { readonly name: string }[];
  readonly workflow:
    | { readonly form: 'parallelize'; readonly steps: readonly WrittenStep[] }
    | { readonly form: 'order_from'; readonly entries: readonly WrittenEntry[] };
}

export interface WrittenStep {
  readonly name: string;
  readonly waitForFinish?: boolean;
  readonly haltOnError?: boolean;
  readonly entries: readonly WrittenEntry[];
}

/** `task` may be an `X.all`. */
export interface WrittenEntry {
  readonly task: string;
  readonly needs?: readonly string[];
  readonly haltOnError?: boolean;
  readonly waitForFinish?: boolean;
  readonly timeoutMs?: number;
  readonly attempts?: number;
}

/** How tasks behave; a task that it leaves out takes the default of its kind. */
export type WrittenRehearsal = Readonly<
  Record<string, { readonly takesMs: number; readonly fails?: string; readonly healsMs?: number }>
>;

/** The file as YAML text (JSON is YAML). */
export function fileText(file: WrittenFile): string {
  const { workflow } = file;
  return JSON.stringify({
    services: file.services.map(({ name, dependsOn, timeoutMs }) => ({
      name,
      image: 'ghcr.io/acme/app:1',
      depends_on: dependsOn.length > 0 ? dependsOn : undefined,
      timeout: duration(timeoutMs),
    })),
    jobs: file.jobs.map(({ name, haltOnError, completedTimeoutMs, attempts }) => ({
      name,
      image: 'ghcr.io/acme/job:1',
      halt_on_error: haltOnError,
      completed_timeout: duration(completedTimeoutMs),
      attempts,
    })),
    charts: file.charts.map(({ name }) => ({ name, directory: `charts/${name}` })),
    workflows: [
      workflow.form === 'order_from'
        ? { name: 'setup', order_from: workflow.entries.map(entryData) }
        : { name: 'setup', parallelize: workflow.steps.map(stepData) },
    ],
  });
}

/** The rehearsal as YAML text. */
export function rehearsalText(rehearsal: WrittenRehearsal): string {
  const tasks = Object.entries(rehearsal).map(([task, { takesMs, fails, healsMs }]) => [
    task,
    { takes: duration(takesMs), fails, heals: duration(healsMs) },
  ]);
  return JSON.stringify({ tasks: Object.fromEntries(tasks) as unknown });
}

function stepData({ name, waitForFinish, haltOnError, entries }: WrittenStep): unknown {
  return {
    step: name,
    wait_for_finish: waitForFinish,
    halt_on_error: haltOnError,
    tasks: entries.map(entryData),
  };
}

function entryData({ task, needs, haltOnError, waitForFinish, timeoutMs, attempts }: WrittenEntry): unknown {
  const policies = {
    needs,
    halt_on_error: haltOnError,
    wait_for_finish: waitForFinish,
    timeout: duration(timeoutMs),
    attempts,
  };
  return Object.values(policies).every((value) => value === undefined) ? task : { task, ...policies };
}

function duration(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : `${ms}ms`;
}
