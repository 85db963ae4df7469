import { posix } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import { targetNames, type PluginOptions, type TargetNames } from './plugin-options';

/** The executors' options that inferred targets have. */
interface InferredOptions {
  /** The flotilla file, relative to the workspace's root. */
  readonly file: string;
  /** Where the proof is written to and read from, relative to the workspace's root. */
  readonly proofFile?: string;
}

type Target = TargetConfiguration<InferredOptions>;

/** A project with a flotilla file; paths are relative to the workspace's root. */
interface DeployedProject {
  readonly file: string;
  readonly root: string;
}

/**
 * What `nx affected` looks at. Whether a deploy has to run is decided by the proof, which covers all that is rendered:
 * a file that is not among these is no false hit.
 */
const defaultInputs = ['{projectRoot}/**/*.{yaml,yml,tpl}'];

/** The proofs among what Nx looks at before it takes a deploy from its cache. */
export const proofGlob = '**/*-proof*.json';

/** Proofs lie where no workspace commits them. */
const proofFolder = '.nx/workspace-data/flotilla';

/** The targets of a project with a flotilla file (nx.md). Pure. */
export function inferTargets(project: DeployedProject, options: PluginOptions): Record<string, Target> {
  const names = targetNames(options);
  const plain = (executor: string, description: string, unknown: readonly string[] = []): Target => ({
    executor: `@flotilla/nx-plugin:${executor}`,
    options: { file: project.file },
    cache: false,
    metadata: { technologies: ['kubernetes'], description },
    ...configurations(options, (_, said) => without(said, unknown)),
  });
  const proving = (target: Target): Target => ({
    ...target,
    options: { file: project.file, proofFile: proofFileOf(project, names) },
    ...configurations(options, (environment, said) => ({
      ...said,
      proofFile: proofFileOf(project, names, environment),
    })),
  });
  return {
    [names.deploy]: {
      ...proving(
        plain('deploy', 'Brings the cluster to what the flotilla file says. A hit: it holds just that.'),
      ),
      ...cachedByProof(names, options.inputs ?? defaultInputs),
      ...keptInSync(project),
    },
    [names.deployPlan]: {
      ...proving(plain('deploy-plan', 'Asks the cluster whether it holds what the flotilla file says.')),
      dependsOn: imagesOf(names),
      outputs: ['{options.proofFile}'],
    },
    [names.plan]: {
      ...plain('plan', 'Shows the plan of the flotilla file; touches no cluster.', placeOptions),
      ...keptInSync(project),
    },
    [names.rehearse]: plain('rehearse', 'Runs the plan in virtual time; touches no cluster.', placeOptions),
    [names.diff]: {
      ...plain('diff', 'Shows what a deploy would change, field by field.'),
      dependsOn: imagesOf(names),
    },
    [names.status]: plain('status', 'Says what is deployed, whether it is ready and what drifted.'),
    [names.destroy]: plain('destroy', 'Runs the teardown workflow of the flotilla file.', ['workflow']),
    [names.history]: plain('history', 'Shows the good revisions of every task.', ['workflow']),
    [names.rollback]: plain('rollback', 'Puts back the last good revision of what is not at it.', [
      'workflow',
    ]),
  };
}

/**
 * A hit needs the token that the proof says, so it needs a cluster that is as the last run left it (nx.md §1, §2).
 * Forwarded are the params, or `--context=prod` would prove one cluster and deploy to another; and the options, or
 * one that only `deploy` has would.
 */
function cachedByProof(names: TargetNames, inputs: readonly string[]): Omit<Target, 'options' | 'executor'> {
  return {
    cache: true,
    dependsOn: [
      { target: names.deployPlan, params: 'forward', options: 'forward' },
      ...imagesOf(names),
      { dependencies: true, target: names.deploy, params: 'forward' },
    ],
    inputs: [
      ...inputs,
      { dependentTasksOutputFiles: proofGlob },
      { dependentTasksOutputFiles: '**/image.json' },
    ],
    outputs: [],
  };
}

/** Only the root's file may include what other projects bring, and then has to keep up with them. */
function keptInSync({ root }: DeployedProject): Pick<Target, 'syncGenerators'> {
  return root === '.' ? { syncGenerators: ['@flotilla/nx-plugin:sync-include'] } : {};
}

/** The images of the project, and of those whose files its own includes. */
function imagesOf({ image }: TargetNames): NonNullable<Target['dependsOn']> {
  return [image, { dependencies: true, target: image }];
}

/** Two environments that are proved at the same time must not read each other's file. */
function proofFileOf({ root }: DeployedProject, { deploy }: TargetNames, environment?: string): string {
  const name = environment === undefined ? `${deploy}-proof.json` : `${deploy}-proof.${environment}.json`;
  return posix.join(proofFolder, root, name);
}

type Said = Readonly<Record<string, unknown>>;

/** Of an environment, what targets that touch no cluster do not take. */
const placeOptions = ['context', 'namespace', 'kubeconfig'];

function configurations(
  { environments = {} }: PluginOptions,
  optionsOf: (environment: string, said: Said) => Said,
): Pick<Target, 'configurations'> {
  const entries = Object.entries(environments);
  if (entries.length === 0) return {};
  return {
    configurations: Object.fromEntries(entries.map(([name, said]) => [name, optionsOf(name, { ...said })])),
  };
}

// Nx refuses an option that an executor does not have; and the workflow of an environment is the one that deploys it.
function without(said: Said, unknown: readonly string[]): Said {
  return Object.fromEntries(Object.entries(said).filter(([name]) => !unknown.includes(name)));
}
