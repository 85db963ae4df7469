import type { Report } from '../diagnostics/report.js';
import type { TaskEntry } from '../domain/deployment-file.js';
import { taskId } from '../domain/ids.js';
import type { Definition } from './definitions.js';
import { orderFirstReady } from './order-first-ready.js';

/**
 * Rule 10: the order of an `X.all`'s members under `order_from`. Again and again the first in the file whose
 * `depends_on` among the members are out; in a circle the first in the file, with a warning.
 */
export function orderCatchAll(
  members: readonly Definition[],
  entry: TaskEntry,
  report: Report,
): readonly Definition[] {
  const placeOf = new Map(members.map(({ id }, place) => [id, place]));
  const after: number[][] = members.map(() => []);
  members.forEach(({ dependsOn }, place) => {
    for (const name of dependsOn) {
      const dependency = placeOf.get(taskId('services', name.value));
      if (dependency !== undefined) after[dependency]?.push(place);
    }
  });
  const { order, forced } = orderFirstReady(after);
  for (const place of forced) reportCircle(members[place], entry, report);
  return order.flatMap((place) => members[place] ?? []);
}

function reportCircle(member: Definition | undefined, entry: TaskEntry, report: Report): void {
  if (member === undefined) return;
  report.add({
    code: 'compile/catch-all-circle',
    message: `depends_on goes in a circle among the members of ${entry.task.value}; ${member.id} goes first because it stands first in the file.`,
    help: 'Break the circle, or list the members of the circle by name in the order you want.',
    span: entry.task.span,
    related: member.dependsOn.map(({ value, span }) => ({
      message: `${member.id} depends on ${value}.`,
      span,
    })),
  });
}
