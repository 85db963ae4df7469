import { nearest } from '../diagnostics/nearest.js';
import type { Located } from '../diagnostics/source.js';
import type { DeploymentFile } from '../domain/deployment-file.js';
import {
  removeEnvironmentId,
  sectionNames,
  taskId,
  type Section,
  type TaskId,
  type TaskKind,
} from '../domain/ids.js';

/** What the file says of a task wherever a workflow lists it. */
export interface Definition {
  readonly kind: TaskKind;
  readonly id: TaskId;
  readonly name: string;
  readonly dependsOn: readonly Located<string>[];
  readonly timeoutMs?: number | undefined;
  readonly attempts?: number | undefined;
  readonly haltOnError?: boolean | undefined;
}

/** Everything that a workflow of the file may list, in file order. */
export type Definitions = ReadonlyMap<string, Definition>;

const removeEnvironment: Definition = {
  kind: 'remove-environment',
  id: removeEnvironmentId,
  name: 'remove_environment',
  dependsOn: [],
};

/** Indexes a file's services, jobs and charts, and the built-in removal, by task id. */
export function indexDefinitions(file: DeploymentFile): Definitions {
  const definitions = new Map<string, Definition>([[removeEnvironmentId, removeEnvironment]]);
  const add = (definition: Definition) => definitions.set(definition.id, definition);
  for (const { name, dependsOn, timeoutMs } of file.services) {
    add({ kind: 'service', ...named('services', name.value), dependsOn, timeoutMs });
  }
  for (const { name, completedTimeoutMs: timeoutMs, attempts, haltOnError } of file.jobs) {
    add({ kind: 'job', ...named('jobs', name.value), dependsOn: [], timeoutMs, attempts, haltOnError });
  }
  for (const { name, timeoutMs } of file.charts) {
    add({ kind: 'chart', ...named('charts', name.value), dependsOn: [], timeoutMs });
  }
  return definitions;
}

function named(section: Section, name: string) {
  return { id: taskId(section, name), name };
}

/** What workflows of Release may list and Flotilla leaves out: `infrastructure.X` of the file, and all of it. */
export function leftOutNames({ infrastructure }: DeploymentFile): ReadonlySet<string> {
  const names = infrastructure.map(({ value }) => `infrastructure.${value}`);
  return new Set(names.length === 0 ? names : [...names, 'infrastructure.all']);
}

/** The one name of a task that may be written in two ways. */
export function canonicalName(written: string): string {
  return written === 'environment.remove' ? removeEnvironmentId : written;
}

/** The section an `X.all` stands for; undefined for any other name. */
export function catchAllSection(written: string): Section | undefined {
  return sectionNames.find((section) => written === `${section}.all`);
}

/** Each unknown name is compared with every known one: only this many get a suggestion, lest a broken file takes minutes. */
export const suggestionsMax = 100;

/**
 * The task that somebody who wrote `written` probably meant: in its section first, then of the same name in
 * another (`services.migrate` for `jobs.migrate`), then a similar one anywhere.
 */
export function nearestTask(written: string, known: Iterable<string>): string | undefined {
  const ids = [...known, ...sectionNames.map((section) => `${section}.all`)];
  const [section, name] = splitName(written);
  const meant = nearest(section, [...sectionNames, 'infrastructure', 'release', 'environment']);
  const inSection = ids.filter((id) => id.startsWith(`${meant ?? section}.`));
  return (
    nearestByName(name, inSection) ?? ids.find((id) => splitName(id)[1] === name) ?? nearestByName(name, ids)
  );
}

function nearestByName(name: string, ids: readonly string[]): string | undefined {
  const near = nearest(
    name,
    ids.map((id) => splitName(id)[1]),
  );
  return ids.find((id) => splitName(id)[1] === near);
}

function splitName(id: string): readonly [section: string, name: string] {
  const dot = id.indexOf('.');
  return dot === -1 ? ['', id] : [id.slice(0, dot), id.slice(dot + 1)];
}
