import type { ChangedPolicy, ComparedPolicy, PlanComparison } from '../domain/plan-comparison.js';
import { formatDuration } from './format-duration.js';
import { oneLine, plural } from './text-layout.js';

export interface ComparisonOptions {
  readonly format: 'text' | 'markdown' | 'json';
}

/** What has changed in one respect. Ids are between `‹` and `›`, so that each format can set them off its own way. */
interface Section {
  readonly heading: string;
  readonly items: readonly string[];
}

/** `plan --compare` as text, as Markdown fit for a comment on a pull request, or as JSON. */
export function renderComparison(comparison: PlanComparison, { format }: ComparisonOptions): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify({ apiVersion: 'flotilla.dev/v1', kind: 'PlanComparison', ...comparison }, undefined, 2)}\n`;
    case 'text':
      return renderText(verdictOf(comparison), sectionsOf(comparison));
    case 'markdown':
      return renderMarkdown(verdictOf(comparison), sectionsOf(comparison));
  }
}

function verdictOf({ same, criticalPath: { before, after } }: PlanComparison): string {
  if (same) return 'The plans run alike.';
  if (before.lengthMs === after.lengthMs)
    return `The plans differ; the critical path still takes ${formatDuration(after.lengthMs)}.`;
  const change = Math.abs(after.lengthMs - before.lengthMs);
  const word = after.lengthMs < before.lengthMs ? 'shorter' : 'longer';
  return `The critical path takes ${formatDuration(after.lengthMs)}, ${formatDuration(change)} ${word} than before (${formatDuration(before.lengthMs)}).`;
}

function sectionsOf(comparison: PlanComparison): readonly Section[] {
  const { added, removed, starts, lostGuarantees, lostParallelism, policies, criticalPath } = comparison;
  const { before, after } = criticalPath;
  const pathChanged = before.tasks.join('\n') !== after.tasks.join('\n');
  const pathOf = (tasks: readonly string[]) => tasks.map(id).join(' → ') || 'none';
  const sections: readonly Section[] = [
    { heading: 'Added', items: added.map(id) },
    { heading: 'Removed', items: removed.map(id) },
    {
      heading: 'Guarantees that are gone',
      items: lostGuarantees.map(({ first, then }) => `${id(then)} no longer waits for ${id(first)}`),
    },
    {
      heading: 'Parallelism that is lost',
      items: lostParallelism.map(({ first, then }) => `${id(then)} now waits for ${id(first)}`),
    },
    {
      heading: 'Starts',
      items: starts.map(({ task, beforeMs, afterMs }) => {
        const change = `${formatDuration(Math.abs(afterMs - beforeMs))} ${afterMs < beforeMs ? 'earlier' : 'later'}`;
        return `${id(task)} ${change} (${formatDuration(beforeMs)} → ${formatDuration(afterMs)})`;
      }),
    },
    { heading: 'How tasks are run', items: policies.map(policyText) },
    {
      heading: 'Critical path',
      items: pathChanged
        ? [
            `before: ${pathOf(before.tasks)} (${formatDuration(before.lengthMs)})`,
            `after: ${pathOf(after.tasks)} (${formatDuration(after.lengthMs)})`,
          ]
        : [],
    },
  ];
  return sections.filter(({ items }) => items.length > 0);
}

const policyWords: Readonly<Record<ComparedPolicy, string>> = {
  step: 'step',
  timeoutMs: 'timeout',
  attemptsMax: 'attempts',
  haltOnError: 'halt_on_error',
  waitForFinish: 'wait_for_finish',
};

function policyText({ task, policy, before, after }: ChangedPolicy): string {
  const shown = (value: ChangedPolicy['before']) =>
    policy === 'timeoutMs' && typeof value === 'number' ? formatDuration(value) : oneLine(String(value));
  return `${id(task)} ${policyWords[policy]}: ${shown(before)} → ${shown(after)}`;
}

function id(task: string): string {
  return `‹${oneLine(task).replace(/[‹›]/g, '?')}›`;
}

function renderText(verdict: string, sections: readonly Section[]): string {
  const blocks = sections.map(({ heading, items }) => [
    heading,
    ...items.map((item) => `  ${item.replace(/[‹›]/g, '')}`),
  ]);
  return `${[[verdict], ...blocks].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

// Long lists are folded: a comment must not bury the conversation it stands in.
const foldedFrom = 12;

function renderMarkdown(verdict: string, sections: readonly Section[]): string {
  const blocks = sections.map(({ heading, items }) => {
    const list = items.map((item) => `- ${asMarkdown(item)}`).join('\n');
    if (items.length < foldedFrom) return `#### ${heading}\n\n${list}`;
    return `<details><summary>${heading} (${plural(items.length, 'item')})</summary>\n\n${list}\n\n</details>`;
  });
  return `${[`### ${verdict}`, ...blocks].join('\n\n')}\n`;
}

// Ids become code spans, in which nothing of Markdown or HTML means anything but the backtick itself.
function asMarkdown(item: string): string {
  return item
    .split(/(‹[^›]*›)/)
    .map((part) =>
      part.startsWith('‹') ? `\`${part.slice(1, -1).replaceAll('`', "'")}\`` : escapeMarkdown(part),
    )
    .join('');
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*[\]<>|#@&]/g, '\\$&');
}
