import type { Json } from '../cluster/json.js';
import { printReference } from '../cluster/kube-object.js';
import type { DiffAction, DiffField, DiffItem, DiffKept } from './diff-item.js';

const colours = { red: 31, green: 32, yellow: 33, dim: 2 } as const;

type Paint = (colour: keyof typeof colours, text: string) => string;

/**
 * The difference as people read it: per task and object, each field with its value in the cluster and in the files; then
 * what a deploy would leave though the files no longer have it.
 */
export function formatDiff(
  items: readonly DiffItem[],
  { color, kept = [] }: { readonly color: boolean; readonly kept?: readonly DiffKept[] },
): string {
  const paint: Paint = (colour, text) => (color ? `\u001b[${colours[colour]}m${text}\u001b[0m` : text);
  const tasks = [...new Set(items.map(({ task }) => task))];
  const sections = tasks.flatMap((task) =>
    formatTask(
      task,
      items.filter((item) => item.task === task),
      paint,
    ),
  );
  const left = kept.map(({ object, reason }) => paint('dim', `  ${printReference(object)}: ${reason}`));
  const leftOver = left.length === 0 ? [] : ['kept, though no longer in the files', ...left, ''];
  return `${[...sections, ...leftOver, summarize(items)].join('\n')}\n`;
}

function formatTask(task: string, items: readonly DiffItem[], paint: Paint): readonly string[] {
  const changed = items.filter(({ action }) => action !== 'unchanged');
  if (changed.length === 0) return [];
  const rest = items.length - changed.length;
  const unchanged = rest === 0 ? [] : [paint('dim', `  ${objects(rest)} unchanged`)];
  return [task, ...changed.flatMap((item) => formatItem(item, paint)), ...unchanged, ''];
}

const marks: Readonly<Record<DiffAction, readonly [string, keyof typeof colours]>> = {
  create: ['+', 'green'],
  change: ['~', 'yellow'],
  delete: ['-', 'red'],
  conflict: ['!', 'red'],
  unchanged: ['=', 'dim'],
};

function formatItem({ task, object, action, fields }: DiffItem, paint: Paint): readonly string[] {
  const [mark, colour] = marks[action];
  const note = noteOf(task, object.kind, action);
  const head = paint(colour, `  ${mark} ${printReference(object)}${note === '' ? '' : `  ${note}`}`);
  const shown = fields.filter((field) => isTelling(field, action));
  return [head, ...shown.flatMap((field) => formatField(field, action, paint))];
}

/** Of what is deleted the fields tell nothing, of what is new the labels that everything gets. */
function isTelling({ path }: DiffField, action: DiffAction): boolean {
  if (action === 'delete') return false;
  return (
    action !== 'create' ||
    !/^\.metadata\.labels\["(?:flotilla\.dev\/|applyset\.kubernetes\.io\/|app\.kubernetes\.io\/managed-by")/.test(
      path,
    )
  );
}

function noteOf(task: string, kind: string, action: DiffAction): string {
  const isRun = task.startsWith('jobs.') && (kind === 'Job' || kind === 'Pod');
  switch (action) {
    case 'create':
      return isRun ? 'would run' : '';
    case 'change':
      return isRun ? 'would run again' : '';
    case 'delete':
      return 'no longer in the files';
    case 'conflict':
      return 'would be refused: fields belong to others (--force-conflicts takes them)';
    case 'unchanged':
      return '';
  }
}

function formatField(
  { path, from, to, manager }: DiffField,
  action: DiffAction,
  paint: Paint,
): readonly string[] {
  const owner = manager === undefined ? '' : paint('dim', `  (of ${manager})`);
  if (action === 'create' && isShort(to)) return [paint('green', `      + ${path}: ${inline(to)}`)];
  const { removed, added } = changedLines(linesOf(from), linesOf(to));
  return [
    `      ${path}${owner}`,
    ...removed.map((line) => paint('red', `        - ${line}`)),
    ...added.map((line) => paint('green', `        + ${line}`)),
  ];
}

const longestInline = 100;

function isShort(value: Json): boolean {
  return inline(value).length <= longestInline;
}

/** Texts stand as they are unless they could be taken for something else; control characters steer no terminal. */
function inline(value: Json): string {
  const plain = typeof value === 'string' && /^[A-Za-z/*][^\p{Cc}]*$/u.test(value);
  return plain ? value : JSON.stringify(value);
}

/** A text of several lines line by line, all else on one. */
function linesOf(value: Json): readonly string[] {
  if (value === null) return [];
  if (typeof value !== 'string' || !value.includes('\n')) return [inline(value)];
  return value
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.replaceAll(/\p{Cc}/gu, ' '));
}

const mostLines = 20;

/** The lines between the first and the last difference, long ones cut short. */
function changedLines(
  from: readonly string[],
  to: readonly string[],
): { readonly removed: readonly string[]; readonly added: readonly string[] } {
  const shortest = Math.min(from.length, to.length);
  let start = 0;
  while (start < shortest && from[start] === to[start]) start += 1;
  let end = 0;
  while (end < shortest - start && from.at(-1 - end) === to.at(-1 - end)) end += 1;
  const cut = (lines: readonly string[]) => shorten(lines.slice(start, lines.length - end));
  return { removed: cut(from), added: cut(to) };
}

function shorten(lines: readonly string[]): readonly string[] {
  if (lines.length <= mostLines) return lines;
  return [...lines.slice(0, mostLines), `… ${String(lines.length - mostLines)} more lines`];
}

const verbs: Readonly<Record<DiffAction, string>> = {
  create: 'to create',
  change: 'to change',
  delete: 'to delete',
  conflict: 'in conflict',
  unchanged: 'unchanged',
};

function summarize(items: readonly DiffItem[]): string {
  const counts = (Object.keys(verbs) as DiffAction[]).flatMap((action) => {
    const count = items.filter((item) => item.action === action).length;
    return count === 0 ? [] : [`${String(count)} ${verbs[action]}`];
  });
  if (items.length === 0) return 'no objects';
  const same = items.every(({ action }) => action === 'unchanged');
  return same ? `no differences: ${objects(items.length)} as asked` : counts.join(', ');
}

function objects(count: number): string {
  return count === 1 ? '1 object' : `${String(count)} objects`;
}
