import { attempts, duration, misplacedDependsOn } from './definition-shapes.js';
import type { Located } from '../diagnostics/source.js';
import { mapping, optional, required } from './mapping-shape.js';
import { flag, word } from './scalar-shape.js';
import { capitalise, list, located, type Shape, type ValueOf } from './shape.js';
import type { YamlEntry, YamlNode } from './yaml-tree.js';

const haltOnError = optional(flag, 'Whether the first definite failure stops the whole run; default false.');
const waitForFinish = optional(flag, 'Whether later steps wait for this; default true.');

/** Tasks of which `attempts` means nothing. */
export const notJob = /^(services|charts|release|environment)\./;

const taskMapping = mapping({
  noun: 'a task entry',
  strict: true,
  keys: {
    task: required(located(word), 'services.X, jobs.X, charts.X, X.all or release.remove_environment.'),
    needs: optional(
      located(list(located(word))),
      'Tasks and steps that must have settled before this one starts, in place of the order of steps and depends_on; [] starts at once.',
    ),
    halt_on_error: haltOnError,
    wait_for_finish: waitForFinish,
    timeout: optional(duration, 'How long the task may take, all attempts together.'),
    attempts: optional(attempts, 'How often a job is tried, at least once; default 1.'),
  },
  misplaced: { depends_on: misplacedDependsOn('a task entry') },
  rule: {
    message: '`attempts` is for jobs only.',
    holds: ({ task, attempts: tried }) => tried === undefined || !notJob.test(String(task)),
    schema: {
      if: { required: ['task'], properties: { task: { pattern: notJob.source } } },
      then: { not: { required: ['attempts'] } },
    },
  },
});

type TaskMappingRead = ValueOf<typeof taskMapping>;

/** A task as its name alone, or as a mapping with what this workflow says of it. */
export type TaskEntryRead =
  | { readonly kind: 'name'; readonly task: Located<string> }
  | ({ readonly kind: 'mapping' } & TaskMappingRead);

const taskName = located(word);

const taskEntry: Shape<TaskEntryRead> = {
  schema: (zod) => zod.union([taskName.schema(zod), taskMapping.schema(zod)]),
  read(node, reading) {
    if (node.kind === 'mapping') {
      const read = taskMapping.read(node, reading);
      return read && { kind: 'mapping', ...read };
    }
    const task = taskName.read(node, reading);
    return task && { kind: 'name', task };
  },
};

const step = mapping({
  noun: 'a step',
  strict: true,
  keys: {
    step: required(located(word), 'The name of the step, unique in the workflow.'),
    tasks: required(entries(taskEntry, 'a step'), 'Tasks that run in parallel.'),
    wait_for_finish: waitForFinish,
    halt_on_error: haltOnError,
  },
  misplaced: {
    depends_on: misplacedDependsOn('a step'),
    name: {
      code: 'parse/unknown-key',
      severity: 'error',
      message: 'A step has no key "name".',
      help: 'A step is named by `step`: write `step:` instead of `name:`.',
      means: 'step',
    },
  },
});

export const workflow = mapping({
  noun: 'a workflow',
  strict: true,
  keys: {
    name: required(located(word), 'The name of the workflow: setup, patch, teardown or one of your own.'),
    order_from: optional(
      serialEntries(entries(taskEntry, '`order_from`')),
      'Tasks that run one after another.',
    ),
    parallelize: optional(
      steps(entries(step, '`parallelize`')),
      'Steps that run one after another; the tasks of a step run in parallel.',
    ),
  },
  misplaced: { depends_on: misplacedDependsOn('a workflow') },
  rule: {
    message: 'A workflow has either `order_from` or `parallelize`.',
    holds: (workflow) => 'order_from' in workflow !== 'parallelize' in workflow,
    schema: { oneOf: [{ required: ['order_from'] }, { required: ['parallelize'] }] },
  },
});

export type StepRead = ValueOf<typeof step>;
export type WorkflowRead = ValueOf<typeof workflow>;

/** A list that an author must have meant to fill. */
function entries<Value>(item: Shape<Value>, noun: string): Shape<Located<readonly Value[]>> {
  const any = located(list(item));
  return {
    schema: list(item, 1).schema,
    read(node, reading) {
      if (node.kind !== 'list' || node.items.length > 0) return any.read(node, reading);
      reading.report.add({
        code: 'parse/empty-step',
        message: `${capitalise(noun)} without tasks does nothing.`,
        help: 'List its tasks, e.g. [services.db], or remove it.',
        span: node.span,
      });
      return undefined;
    },
  };
}

type Entries<Value> = Shape<Located<readonly Value[]>>;

/** Tells people who keep the steps of `parallelize` under `order_from` what the two forms are. */
function serialEntries(shape: Entries<TaskEntryRead>): Entries<TaskEntryRead> {
  return {
    schema: shape.schema,
    read(node, reading) {
      const [wrong] = node.kind === 'list' ? node.items.flatMap(stepKeysOf) : [];
      if (node.kind !== 'list' || wrong === undefined) return shape.read(node, reading);
      const names = node.items.flatMap(taskNamesOf);
      reading.report.add({
        code: 'parse/step-in-order-from',
        message: `\`${wrong.key}:\` belongs under \`parallelize\`; \`order_from\` is a plain list of tasks that run one after another.`,
        help: `To run one task after another write \`order_from: [${names.join(', ')}]\`. To keep the steps rename \`order_from\` to \`parallelize\`; tasks of one step still run at the same time, in whatever order they are listed.`,
        span: wrong.keySpan,
      });
      return undefined;
    },
  };
}

function stepKeysOf(item: YamlNode): readonly YamlEntry[] {
  return item.kind === 'mapping' ? item.entries.filter(({ key }) => key === 'step' || key === 'tasks') : [];
}

function taskNamesOf(item: YamlNode): readonly string[] {
  if (item.kind === 'scalar') return [item.text];
  if (item.kind === 'list') return item.items.flatMap(taskNamesOf);
  return item.entries
    .filter(({ key }) => key === 'task' || key === 'tasks')
    .flatMap(({ value }) => taskNamesOf(value));
}

/** Tells people who list tasks under `parallelize` that it holds steps. */
function steps(shape: Entries<StepRead>): Entries<StepRead> {
  return {
    schema: shape.schema,
    read(node, reading) {
      const first =
        node.kind === 'list'
          ? node.items.find((item) => item.kind === 'scalar' && item.text !== '')
          : undefined;
      if (node.kind !== 'list' || first === undefined) return shape.read(node, reading);
      const names = node.items.flatMap(taskNamesOf).join(', ');
      reading.report.add({
        code: 'parse/bad-value',
        message: '`parallelize` is a list of steps, but this is the name of a task.',
        help: `To run them at the same time write \`- {step: all, tasks: [${names}]}\`; to run one after another, \`order_from: [${names}]\`.`,
        span: first.span,
      });
      return undefined;
    },
  };
}
