declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** What a task does. `remove-environment` is the built-in that deletes what the deployment's inventory holds. */
export type TaskKind = 'service' | 'job' | 'chart' | 'remove-environment';

/** The sections of the file that hold what tasks deploy. */
export type Section = 'services' | 'jobs' | 'charts';

/** The sections in the order in which they are written and counted. */
export const sectionNames: readonly Section[] = ['services', 'jobs', 'charts'];

/** `services.db`, `jobs.migrate`, `charts.ingress` or `release.remove_environment`: unique in a workflow. */
export type TaskId = Branded<'TaskId'>;

/** `gate:data` or `settled:data`: a point in the plan that takes no time. */
export type GateId = Branded<'GateId'>;

export type NodeId = TaskId | GateId;

/** The name of a step, unique in a workflow. */
export type StepName = Branded<'StepName'>;

/** The task that deletes the environment; `environment.remove` is its alias in the file. */
export const removeEnvironmentId = 'release.remove_environment' as TaskId;

export const sectionOfKind = { service: 'services', job: 'jobs', chart: 'charts' } as const;

/** The id of the task that deploys the entry called `name` of a section. */
export function taskId(section: Section, name: string): TaskId {
  return `${section}.${name}` as TaskId;
}

export function stepName(name: string): StepName {
  return name as StepName;
}

/** The gate at which the step after `step` opens: every task of it that is waited for has settled. */
export function endGateId(step: StepName): GateId {
  return `gate:${step}` as GateId;
}

/** The gate at which `needs: [step]` is met: every task of the step has settled, opened or not, waited for or not. */
export function settledGateId(step: StepName): GateId {
  return `settled:${step}` as GateId;
}
