import type { Evidence, ObjectReference } from '../domain/outcome.js';
import { createStyle, type Style } from './style.js';
import { logLine, oneLine } from './text-layout.js';

/**
 * The evidence of a failure as lines, most useful first (execution.md §3): cause, what to do, the object and its
 * state, events with counts, log lines, the command to look further. The cause is left out where `said`, the words
 * before it, already ends with it.
 */
export function formatFailure(evidence: Evidence, style: Style, said = ''): readonly string[] {
  return [
    ...(said.endsWith(evidence.cause) ? [] : [style.bold(oneLine(evidence.cause))]),
    ...(evidence.advice === undefined ? [] : [`→ ${oneLine(evidence.advice)}`]),
    ...objectLine(evidence),
    ...evidence.events.map((event) => {
      const times = event.count > 1 ? ` ×${event.count}` : '';
      return `${style.yellow(`${oneLine(event.type)} ${oneLine(event.reason)}`)}${times}: ${oneLine(event.message)}`;
    }),
    ...evidence.logs.flatMap((log) => [
      `logs of ${oneLine(log.pod)}, container ${oneLine(log.container)}${log.previous ? ', before its restart' : ''}:`,
      ...log.lines.map((line) => `${style.dim('│')} ${logLine(line)}`),
    ]),
    ...(evidence.command === undefined ? [] : [`look further: ${oneLine(evidence.command)}`]),
  ];
}

/** As `formatFailure`, as one text, for evidence that is shown outside of a run. */
export function evidenceToText(evidence: Evidence, { color }: { readonly color: boolean }): string {
  return formatFailure(evidence, createStyle(color)).join('\n');
}

function objectLine({ object, state }: Evidence): readonly string[] {
  const parts = [
    ...(object === undefined ? [] : [objectName(object)]),
    ...(state === undefined ? [] : [oneLine(state)]),
  ];
  return parts.length === 0 ? [] : [parts.join(': ')];
}

/** `Deployment shop/api`: an object as people name it. */
export function objectName({ kind, namespace, name }: ObjectReference): string {
  return oneLine(`${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`);
}
