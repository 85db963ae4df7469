import { checked, type Checked } from '../diagnostics/diagnostic.js';
import { nearest } from '../diagnostics/nearest.js';
import { createReport, type Report } from '../diagnostics/report.js';
import type { SourceFile } from '../diagnostics/source.js';
import type { DeploymentFile } from '../domain/deployment-file.js';
import { removeEnvironmentId, taskId, type TaskId, type TaskKind } from '../domain/ids.js';
import { builtInDurations, type Rehearsal, type RehearsedTask } from '../domain/rehearsal.js';
import { keySpanOf, mapping, optional, record } from './mapping-shape.js';
import { parseDuration } from './parse-duration.js';
import { readYaml } from './read-yaml.js';
import { scalar, word } from './scalar-shape.js';
import type { ValueOf } from './shape.js';
import { withoutUndefined } from './without-undefined.js';

const duration = scalar({
  expected: 'a duration: whole seconds, or 250ms, 90s, 1m30s',
  schema: (zod) => zod.union([zod.int(), zod.string()]),
  convert: parseDuration,
});

const rehearsedTask = mapping({
  noun: 'a rehearsed task',
  strict: true,
  keys: {
    takes: optional(duration, 'From start to ready, or to the verdict; per attempt of a job.'),
    fails: optional(word, 'The reason why it fails.'),
    heals: optional(duration, 'From start to ready after all, for what fails.'),
  },
});

const rehearsal = mapping({
  noun: 'a rehearsal file',
  strict: true,
  keys: {
    defaults: optional(
      mapping({
        noun: 'defaults',
        strict: true,
        keys: {
          service: optional(duration, 'What a service takes that is not named; default 30s.'),
          job: optional(duration, 'What a job takes that is not named; default 60s.'),
          chart: optional(duration, 'What a chart takes that is not named; default 60s.'),
          removal: optional(duration, 'What release.remove_environment takes; default 30s.'),
        },
      }),
      'What tasks take that are not named.',
    ),
    tasks: optional(record(rehearsedTask), 'How single tasks behave.'),
  },
});

type TaskRead = ValueOf<typeof rehearsedTask>;
type TaskEntry = NonNullable<ValueOf<typeof rehearsal>['fields']['tasks']>[number];

interface Target {
  readonly id: TaskId;
  readonly kind: TaskKind;
}

/**
 * What a rehearsal file (cli.md) says, or every mistake in it, by position. Its tasks must be defined in `file`,
 * in whatever workflow.
 */
export function parseRehearsal(source: SourceFile, file: DeploymentFile): Checked<Rehearsal> {
  const report = createReport();
  const root = readYaml(source, report);
  const read =
    root && rehearsal.read(root, { report, replace: (scalar) => scalar.text, label: 'the rehearsal file' });
  if (read === undefined) return { ok: false, diagnostics: report.diagnostics() };
  const { service, job, chart, removal } = read.fields.defaults?.fields ?? {};
  const given = withoutUndefined({ service, job, chart, 'remove-environment': removal });
  const defaults = { ...builtInDurations, ...given };
  const tasks = readTasks(read.fields.tasks ?? [], { targets: targetsOf(file), defaults, report });
  return checked({ defaults, tasks }, report.diagnostics());
}

/** Every name under which a rehearsal may speak of a task. */
function targetsOf({ services, jobs, charts }: DeploymentFile): ReadonlyMap<string, Target> {
  const removal: Target = { id: removeEnvironmentId, kind: 'remove-environment' };
  const targets: readonly Target[] = [
    ...services.map(({ name }) => ({ id: taskId('services', name.value), kind: 'service' as const })),
    ...jobs.map(({ name }) => ({ id: taskId('jobs', name.value), kind: 'job' as const })),
    ...charts.map(({ name }) => ({ id: taskId('charts', name.value), kind: 'chart' as const })),
    removal,
  ];
  return new Map([...targets.map((target) => [target.id, target] as const), ['environment.remove', removal]]);
}

interface TaskContext {
  readonly targets: ReadonlyMap<string, Target>;
  readonly defaults: Rehearsal['defaults'];
  readonly report: Report;
}

function readTasks(entries: readonly TaskEntry[], context: TaskContext): ReadonlyMap<TaskId, RehearsedTask> {
  const { targets, defaults, report } = context;
  const tasks = new Map<TaskId, RehearsedTask>();
  for (const { key, keySpan, value } of entries) {
    const target = targets.get(key);
    if (target === undefined) {
      report.add({
        code: 'parse/unknown-name',
        message: `The deployment file defines no task ${key}.`,
        help: helpForUnknown(key, targets),
        span: keySpan,
      });
    } else if (tasks.has(target.id)) {
      report.add({
        code: 'parse/duplicate-name',
        message: `${target.id} is rehearsed twice, under both of its names.`,
        span: keySpan,
      });
    } else {
      checkHeals(value, target, report);
      const { takes: takesMs = defaults[target.kind], fails, heals: healsMs } = value.fields;
      tasks.set(target.id, withoutUndefined({ takesMs, fails, healsMs }));
    }
  }
  return tasks;
}

function helpForUnknown(key: string, targets: TaskContext['targets']): string {
  if (key.endsWith('.all')) return 'A rehearsal names each task by itself.';
  const near = nearest(key, targets.keys());
  return near === undefined
    ? 'Name tasks as workflows do: services.X, jobs.X, charts.X.'
    : `Did you mean ${near}?`;
}

function checkHeals({ node }: TaskRead, { id, kind }: Target, report: Report): void {
  const has = (key: string): boolean => node.entries.some((entry) => entry.key === key);
  if (!has('heals')) return;
  const span = keySpanOf(node, 'heals');
  if (kind === 'job') {
    report.add({
      code: 'parse/bad-value',
      message: `${id} is a job: it has one result and cannot heal.`,
      help: 'Remove `heals`; a job that fails first and works later is one with `attempts`.',
      span,
    });
  } else if (!has('fails')) {
    report.add({
      code: 'parse/bad-value',
      message: `${id} cannot heal, since it does not fail.`,
      help: 'Say with `fails` what goes wrong first, e.g. `fails: CrashLoopBackOff`.',
      span,
    });
  }
}
