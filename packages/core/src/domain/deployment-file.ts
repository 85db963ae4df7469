import type { Located, SourceFile, SourceSpan } from '../diagnostics/source.js';

/** Kubernetes quantities as written (`100m`, `1Gi`, `2`). */
export interface ResourceRange {
  readonly limits?: string;
  readonly requests?: string;
}

export interface Port {
  /** Other services reach both; Release gives a `node_port` a hostname besides, which is not ours to give. */
  readonly type: 'node_port' | 'container_port';
  /** The port other services use. */
  readonly port: number;
  /** The container's port; the same as `port` when the file does not say. */
  readonly targetPort: number;
  readonly loadBalancer: boolean;
}

export interface Probe {
  readonly check:
    | { readonly kind: 'exec'; readonly command: readonly string[] }
    | { readonly kind: 'http'; readonly path: string; readonly port: number }
    | { readonly kind: 'tcp'; readonly port: number };
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly failureThreshold?: number;
  readonly successThreshold?: number;
  readonly initialDelaySeconds?: number;
}

/** `persistent` without a claim: a claim of this service's own. `shared`: a claim named in `shared_volumes`. `shmem`: memory. */
export type Volume =
  | { readonly kind: 'persistent'; readonly name: string; readonly size: string; readonly mountPath: string }
  | { readonly kind: 'shared'; readonly claim: Located<string>; readonly mountPath: string }
  | { readonly kind: 'shmem'; readonly name: string; readonly size?: string; readonly mountPath: string };

/** A file of the repository that is mounted into the container through a ConfigMap. */
export interface ConfigFile {
  readonly name: string;
  readonly mountPath: string;
  /** Relative to the flotilla file. */
  readonly repoPath: Located<string>;
}

export interface EnvironmentVariable {
  readonly key: string;
  readonly value: string;
  /** Its value may be shown nowhere. */
  readonly secret?: true;
}

/** What services and jobs that are built from inline keys have in common: one container and where it runs. */
export interface Container {
  readonly image?: Located<string>;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly envs: readonly EnvironmentVariable[];
  readonly cpu: ResourceRange;
  readonly memory: ResourceRange;
  readonly volumes: readonly Volume[];
  readonly configFiles: readonly ConfigFile[];
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly serviceAccountName?: string;
}

/** Where the objects of a service or job come from. Paths are relative to the flotilla file. */
export type ObjectSource =
  | { readonly kind: 'manifests'; readonly patterns: readonly Located<string>[] }
  | { readonly kind: 'kustomize'; readonly directory: Located<string> }
  | { readonly kind: 'inline' }
  /** A static site (`static: true`): it is served from elsewhere, the cluster has nothing to do. */
  | { readonly kind: 'static' };

/** Custom readiness (execution.md §2): CEL expressions over one object, `self`; at least one of the two is there. */
export interface ReadyRule {
  readonly current?: Located<string>;
  readonly failed?: Located<string>;
  /** Which objects it judges; without it the custom resources, and where there are none the workloads. */
  readonly kind?: Located<string>;
  /** Narrows `kind` to an API group; the version does not matter. */
  readonly apiVersion?: Located<string>;
  readonly span: SourceSpan;
}

export interface ServiceDefinition {
  readonly name: Located<string>;
  readonly source: ObjectSource;
  /** Used when `source` is inline, and by jobs that borrow it with `from_services`. */
  readonly container: Container;
  readonly replicas: number;
  readonly ports: readonly Port[];
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  /** Names of services of this file. */
  readonly dependsOn: readonly Located<string>[];
  /** The first one that names an object judges it. */
  readonly ready: readonly ReadyRule[];
  readonly timeoutMs?: number;
  readonly span: SourceSpan;
}

export interface JobDefinition {
  readonly name: Located<string>;
  readonly source: ObjectSource;
  /** What `from_services` lends is already in here; the job's own keys win. */
  readonly container: Container;
  readonly fromServices?: Located<string>;
  readonly completedTimeoutMs?: number;
  readonly attempts?: number;
  readonly haltOnError?: boolean;
  readonly span: SourceSpan;
}

export interface ChartDefinition {
  readonly name: Located<string>;
  /** Relative to the flotilla file. */
  readonly directory?: Located<string>;
  /** Values files, relative to the flotilla file. */
  readonly values: readonly Located<string>[];
  /** The first one that names an object judges it. */
  readonly ready: readonly ReadyRule[];
  readonly timeoutMs?: number;
  readonly span: SourceSpan;
}

/** An entry of `tasks` or `order_from`, as written: names are resolved by the compiler. */
export interface TaskEntry {
  /** `services.db`, `jobs.all`, `release.remove_environment`, … */
  readonly task: Located<string>;
  /** Absent is not the same as empty: `needs: []` starts at 0. */
  readonly needs?: { readonly names: readonly Located<string>[]; readonly span: SourceSpan };
  readonly haltOnError?: boolean;
  readonly waitForFinish?: boolean;
  readonly timeoutMs?: number;
  readonly attempts?: Located<number>;
  readonly span: SourceSpan;
}

export interface StepDefinition {
  readonly name: Located<string>;
  readonly waitForFinish: boolean;
  /** Absent when the step does not say: the job's own key is asked before it. */
  readonly haltOnError?: boolean;
  /** At least one. */
  readonly entries: readonly TaskEntry[];
  readonly span: SourceSpan;
}

interface WorkflowHead {
  readonly name: Located<string>;
  readonly span: SourceSpan;
}

/** A workflow as written: serial (`order_from`) or in steps (`parallelize`). */
export type Workflow =
  | (WorkflowHead & {
      readonly form: 'order_from';
      readonly entries: readonly TaskEntry[];
      readonly list: SourceSpan;
    })
  | (WorkflowHead & {
      readonly form: 'parallelize';
      readonly steps: readonly StepDefinition[];
      readonly list: SourceSpan;
    });

/** What often heals, and what must last its grace time before it fails a task (execution.md §3). */
export const graceNames = [
  'image-not-found',
  'image-pull',
  'crash-loop',
  'missing-config',
  'claim-unbound',
  'no-room',
  'webhook-silent',
] as const;

export type GraceName = (typeof graceNames)[number];

/** Grace times in milliseconds that somebody has set; 0 fails at the first evidence. */
export type GraceSettings = Readonly<Partial<Record<GraceName, number>>>;

/** What the author wrote, checked and located; nothing is linked yet. */
export interface DeploymentFile {
  readonly source: SourceFile;
  /** The deployment's identity in the cluster: `name`, else `app`, else the folder's name. */
  readonly name: string;
  readonly namespace?: string;
  /** The kube context this file may be deployed to. */
  readonly kubeContext?: Located<string>;
  /** How long evidence must last before it fails a task, where the author does not want the defaults. */
  readonly grace: GraceSettings;
  /** Other files whose services, jobs and charts this one deploys too; relative to this file. */
  readonly include: readonly Located<string>[];
  readonly services: readonly ServiceDefinition[];
  readonly jobs: readonly JobDefinition[];
  readonly charts: readonly ChartDefinition[];
  readonly sharedVolumes: readonly { readonly name: Located<string>; readonly size: string }[];
  /** Names of what Release provisions by Terraform. Workflows may list it; Flotilla leaves it out. */
  readonly infrastructure: readonly Located<string>[];
  /** Empty when the file has none: then `setup` and `teardown` are made by rule 11. */
  readonly workflows: readonly Workflow[];
}

/** What `${…}` in strings stands for. Whoever parses says it: parse reads no environment. */
export interface Variables {
  /** The deployment's name when the file has neither `name` nor `app`. */
  readonly folderName: string;
  /** `${env_id}`; default: the deployment's name. */
  readonly envId?: string;
  /** `--param K=V`: wins over the defaults of `parameters`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** `${env.X}`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Whether anything in the file has a `ready` rule; only then is the library that compiles them worth loading. */
export function hasReadyRules({ services, charts }: DeploymentFile): boolean {
  return [...services, ...charts].some(({ ready }) => ready.length > 0);
}
