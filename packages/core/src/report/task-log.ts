import type { RunEvent } from '../domain/event.js';
import { createStyle, type Style } from './style.js';
import { logLine } from './text-layout.js';

export type TaskLogged = Extract<RunEvent, { type: 'task-logged' }>;

/** What a job printed, with its task's name in front: `jobs.migrate  │ applied 3 migrations`. */
export function formatTaskLog(event: TaskLogged, { color }: { readonly color: boolean }): string {
  const style = createStyle(color);
  return `${style.cyan(event.task)}  ${formatLogged(event, style)}`;
}

/** The line behind its bar. */
export function formatLogged({ line }: Pick<TaskLogged, 'line'>, style: Style): string {
  return `${style.dim('│')} ${logLine(line)}`;
}
