import type { StepDefinition, TaskEntry, Workflow } from '../domain/deployment-file.js';
import type { Report } from '../diagnostics/report.js';
import { nearest } from '../diagnostics/nearest.js';
import { keySpanOf } from './mapping-shape.js';
import { withoutUndefined } from './without-undefined.js';
import { notJob, type StepRead, type TaskEntryRead, type WorkflowRead } from './workflow-shape.js';
import type { YamlMapping } from './yaml-tree.js';

/** A workflow in one of its two forms; undefined when it has no name or not exactly one form (reported). */
export function readWorkflow({ fields, node }: WorkflowRead, report: Report): Workflow | undefined {
  const { name, order_from: serial, parallelize } = fields;
  checkForms(node, report);
  if (name === undefined) return undefined;
  const head = { name, span: node.span };
  if (serial !== undefined) {
    const entries = serial.value.flatMap((entry) => readTaskEntry(entry, report));
    return { ...head, form: 'order_from', entries, list: serial.span };
  }
  if (parallelize === undefined) return undefined;
  const steps = parallelize.value.flatMap((step) => readStep(step, report));
  return { ...head, form: 'parallelize', steps, list: parallelize.span };
}

function checkForms(node: YamlMapping, report: Report): void {
  const keys = node.entries.map(({ key }) => key);
  const serial = keys.includes('order_from');
  const parallel = keys.includes('parallelize');
  if (serial && parallel) {
    report.add({
      code: 'parse/both-forms',
      message: 'A workflow has either `order_from` or `parallelize`; this one has both.',
      help: 'Keep `order_from` to run tasks one after another, or `parallelize` to run them in steps.',
      span: keySpanOf(node, 'parallelize'),
      related: [{ message: 'The other form is here.', span: keySpanOf(node, 'order_from') }],
    });
  }
  // A misspelt form is one mistake, and reported as an unknown key.
  const misspelt = keys.some((key) => nearest(key, ['order_from', 'parallelize']) !== undefined);
  if (!serial && !parallel && !misspelt) {
    report.add({
      code: 'parse/neither-form',
      message: 'A workflow needs `order_from` or `parallelize`.',
      help: 'Write `order_from: [services.db, services.api]` for one after another, or `parallelize: [{step: data, tasks: [services.db]}]` for steps.',
      span:
        node.entries.find(({ key }) => key === 'name')?.value.span ?? node.entries[0]?.keySpan ?? node.span,
    });
  }
}

function readStep({ fields, node }: StepRead, report: Report): readonly StepDefinition[] {
  const { step: name, tasks, wait_for_finish: waitForFinish = true, halt_on_error: haltOnError } = fields;
  const entries = tasks?.value.flatMap((entry) => readTaskEntry(entry, report)) ?? [];
  if (name === undefined) return [];
  return [withoutUndefined({ name, waitForFinish, haltOnError, entries, span: node.span })];
}

function readTaskEntry(entry: TaskEntryRead, report: Report): readonly TaskEntry[] {
  if (entry.kind === 'name') return [{ task: entry.task, span: entry.task.span }];
  const { task, needs, halt_on_error: haltOnError, wait_for_finish: waitForFinish } = entry.fields;
  const { timeout: timeoutMs, attempts } = entry.fields;
  if (task === undefined) return [];
  if (attempts !== undefined && notJob.test(task.value)) {
    report.add({
      code: 'parse/bad-value',
      message: `\`attempts\` is for jobs only, but the task is ${task.value}.`,
      help: 'Remove `attempts`: a service or chart is retried by Kubernetes until it is ready.',
      span: keySpanOf(entry.node, 'attempts'),
    });
  }
  const located = needs && { names: needs.value, span: needs.span };
  return [
    withoutUndefined({
      task,
      needs: located,
      haltOnError,
      waitForFinish,
      timeoutMs,
      attempts,
      span: entry.node.span,
    }),
  ];
}
