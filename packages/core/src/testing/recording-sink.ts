import type { EventSink, RunEvent } from '../domain/event.js';

/** A sink that keeps what it is given. */
export interface RecordingSink {
  readonly sink: EventSink;
  readonly events: readonly RunEvent[];
  /** One short line per event, without `run-started` and `run-settled`: `0 started services.db 1`. */
  lines(): readonly string[];
}

export function createRecordingSink(): RecordingSink {
  const events: RunEvent[] = [];
  return {
    events,
    sink: (event) => {
      events.push(event);
    },
    lines: () => events.flatMap(eventLine),
  };
}

function eventLine(event: RunEvent): readonly string[] {
  switch (event.type) {
    case 'run-started':
    case 'run-settled':
      return [];
    case 'step-opened':
      return [`${event.at} opened ${event.step}`];
    case 'step-settled':
      return [`${event.at} settled ${event.step}`];
    case 'task-started':
      return [`${event.at} started ${event.task} ${event.attempt}`];
    case 'task-progressed':
      return [`${event.at} progressed ${event.task}: ${event.message}`];
    case 'task-logged':
      return [`${event.at} logged ${event.task}: ${event.line}`];
    case 'task-settled':
      return [`${event.at} ${event.outcome.kind} ${event.task}`];
    case 'task-recovered':
      return [`${event.at} recovered ${event.task}`];
  }
}
