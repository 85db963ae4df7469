/** The fields of run events (`-o ndjson`) that suites look at. */
export interface RunEventLine {
  readonly type: string;
  readonly at: number;
  readonly task?: string;
  readonly step?: string;
  readonly phase?: string;
  readonly message?: string;
  readonly attempt?: number;
  /** Of a line that a job printed. */
  readonly pod?: string;
  readonly line?: string;
  readonly outcome?: string;
  readonly reason?: string;
  readonly culprit?: string;
  readonly exitCode?: number;
  readonly rolledBack?: readonly {
    readonly task: string;
    readonly revision: number | null;
    readonly outcome: string | null;
  }[];
  readonly tasks?: readonly {
    readonly task: string;
    readonly outcome: string;
    readonly startedAt: number | null;
  }[];
}

/** The events on the standard output of a run. Throws for a line that is not JSON. */
export function parseRunEvents(stdout: string): RunEventLine[] {
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as RunEventLine);
}

/** When the first event of `type` about `task` happened, in milliseconds; NaN when none did. */
export function timeOf(events: readonly RunEventLine[], type: string, task: string): number {
  return events.find((event) => event.type === type && event.task === task)?.at ?? NaN;
}

/** Outcome by task, from the last event. */
export function outcomes(events: readonly RunEventLine[]): Record<string, string> {
  const settled = events.at(-1);
  if (settled?.type !== 'run-settled')
    throw new Error(`The last event is not run-settled: ${JSON.stringify(settled)}`);
  return Object.fromEntries((settled.tasks ?? []).map(({ task, outcome }) => [task, outcome]));
}
