import { isError } from '../domain/outcome.js';
import type { EventSink, RunEvent } from '../domain/event.js';
import { oneLine } from './text-layout.js';

/** How a CI service is told that lines belong together and may be folded. */
export type GroupSyntax = 'github' | 'gitlab';

export interface GroupStepsOptions {
  readonly syntax: GroupSyntax;
  /** The same that the renderer writes to. */
  readonly write: (text: string) => void;
}

/**
 * A renderer for the logs of a CI service: what `render` writes is folded step by step. Failures and the end of
 * the run stand outside of every group, so that nobody has to unfold anything to see what went wrong.
 */
export function groupSteps(render: EventSink, { syntax, write }: GroupStepsOptions): EventSink {
  const markers = groupMarkers[syntax];
  let opened: string[] = [];
  let open = false;
  let number = 0;
  const close = (atMs: number): void => {
    if (open) write(markers.end(number, atMs));
    open = false;
  };
  return (event) => {
    if (event.type === 'step-opened') {
      close(event.at);
      opened.push(oneLine(event.step));
    } else if (standsAlone(event)) close(event.at);
    else if (opened.length > 0) {
      number += 1;
      write(markers.start({ number, atMs: event.at, title: `step ${opened.join(', ')}` }));
      opened = [];
      open = true;
    }
    if (event.type !== 'step-opened') render(event);
  };
}

function standsAlone(event: RunEvent): boolean {
  if (event.type === 'run-started' || event.type === 'run-settled') return true;
  return event.type === 'task-settled' && isError(event.outcome);
}

interface GroupStart {
  readonly number: number;
  readonly atMs: number;
  readonly title: string;
}

interface GroupMarkers {
  readonly start: (group: GroupStart) => string;
  readonly end: (number: number, atMs: number) => string;
}

const groupMarkers: Readonly<Record<GroupSyntax, GroupMarkers>> = {
  github: {
    start: ({ title }) => `::group::${title}\n`,
    end: () => '::endgroup::\n',
  },
  // GitLab shows the difference of the two times, so they may count from the beginning of the run.
  gitlab: {
    start: ({ number, atMs, title }) =>
      `\u001b[0Ksection_start:${Math.floor(atMs / 1000)}:flotilla_${number}\r\u001b[0K${title}\n`,
    end: (number, atMs) => `\u001b[0Ksection_end:${Math.floor(atMs / 1000)}:flotilla_${number}\r\u001b[0K\n`,
  },
};
