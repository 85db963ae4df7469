/** A flag of the command line: `--name`, or `-short`; with a value unless it is a switch. */
export interface Flag {
  readonly name: string;
  readonly short?: string;
  readonly kind: 'switch' | 'value' | 'list';
  /** What help calls the value, e.g. `FILE`. */
  readonly value?: string;
  /** The only values there are. */
  readonly choices?: readonly string[];
  readonly summary: string;
}

/** Every flag there is, by name; commands list which of them they take. kubectl's names where kubectl has one. */
export const flags = {
  'allow-empty': {
    kind: 'switch',
    summary: 'prune also what belongs to a task that has come out without any object',
  },
  'allow-degraded': { kind: 'switch', summary: 'exit 0 also when ignored errors never healed' },
  cluster: {
    kind: 'value',
    value: 'embedded',
    choices: ['embedded'],
    summary: 'a simulated cluster in this process instead of a real one',
  },
  color: {
    kind: 'value',
    value: 'WHEN',
    choices: ['auto', 'always', 'never'],
    summary: 'colours: auto (default), always, never',
  },
  compare: {
    kind: 'value',
    value: 'GITREV|FILE',
    summary: 'what changes against another version of the file',
  },
  concurrency: { kind: 'value', value: 'N', summary: 'at most N tasks at the same time (default: no bound)' },
  context: { kind: 'value', value: 'NAME', summary: 'the kube context' },
  'create-namespace': { kind: 'switch', summary: 'create the namespace when it does not exist' },
  'dry-run': {
    kind: 'value',
    value: 'WHERE',
    choices: ['client', 'server'],
    summary: 'client: only render; server: let the API server check everything, store nothing',
  },
  'env-id': {
    kind: 'value',
    value: 'ID',
    summary: 'what ${env_id} stands for (default: the deployment’s name)',
  },
  environment: {
    kind: 'value',
    value: 'NAME',
    summary: 'an environment of @flotilla/nx-plugin in nx.json: its context, namespace, …',
  },
  'exit-code': { kind: 'switch', summary: 'exit 1 when there are differences' },
  explain: { kind: 'value', value: 'TASK', summary: 'why this task waits, for whom, by which line' },
  fail: { kind: 'list', value: 'TASK', summary: 'what if this task fails? (repeatable)' },
  file: {
    kind: 'value',
    short: 'f',
    value: 'FILE',
    summary: 'the flotilla file (default: flotilla.yaml, else .release/application_template.yaml)',
  },
  'force-conflicts': { kind: 'switch', summary: 'take over fields that other managers own' },
  grace: {
    kind: 'list',
    value: 'WHAT=DURATION',
    summary:
      'how long what often heals must last before it fails a task (repeatable, or a,b): image-not-found=30s, image-pull=2m, crash-loop=30s, missing-config=30s, claim-unbound=2m, no-room=2m, webhook-silent=30s are the defaults',
  },
  help: { kind: 'switch', short: 'h', summary: 'this text' },
  images: {
    kind: 'list',
    value: 'FILE',
    summary: 'what a build has written, {"name": "registry/app@sha256:…"}: deployed instead (repeatable)',
  },
  kubeconfig: {
    kind: 'value',
    value: 'FILE',
    summary: 'the kubeconfig (default: $KUBECONFIG, ~/.kube/config, in-cluster)',
  },
  'kubeconfig-out': {
    kind: 'value',
    value: 'FILE',
    summary: 'where to write the kubeconfig of the embedded cluster',
  },
  'lock-duration': {
    kind: 'value',
    value: 'DURATION',
    summary: 'how long a lock that is not renewed counts as held (default: 15s)',
  },
  'lock-timeout': {
    kind: 'value',
    value: 'DURATION',
    summary: 'how long to wait for another run (default: refuse as soon as it is seen to be alive)',
  },
  namespace: {
    kind: 'value',
    short: 'n',
    value: 'NAME',
    summary: 'the namespace (default: the file’s, else the context’s)',
  },
  'no-prune': { kind: 'switch', summary: 'leave objects that the files no longer have' },
  'no-preflight': { kind: 'switch', summary: 'do not dry-run every object before the first write' },
  'on-halt': {
    kind: 'value',
    value: 'rollback',
    choices: ['rollback'],
    summary: 'a halted run puts the last good revision of what it has changed back',
  },
  only: { kind: 'list', value: 'TASK', summary: 'exactly these tasks of the workflow (repeatable, or a,b)' },
  out: {
    kind: 'value',
    value: 'FILE',
    summary:
      'compare with the cluster and write what a deploy would do, to be approved: flotilla deploy FILE',
  },
  output: { kind: 'value', short: 'o', value: 'FORMAT', summary: 'the format of the output' },
  param: { kind: 'list', value: 'K=V', summary: 'what ${parameters.K} stands for (repeatable)' },
  port: { kind: 'value', value: 'PORT', summary: 'the port to listen on (default: a free one)' },
  'prune-stateful': {
    kind: 'switch',
    summary: 'delete claims, volumes, namespaces and CRDs too, with all that is in them',
  },
  proof: {
    kind: 'value',
    value: 'FILE',
    summary: 'what flotilla prove has written: under its token the result is recorded',
  },
  quiet: { kind: 'switch', short: 'q', summary: 'no progress, only the result' },
  replace: { kind: 'switch', summary: 'delete and make anew what cannot be changed (never what holds data)' },
  'request-timeout': {
    kind: 'value',
    value: 'DURATION',
    summary: 'how long to wait for the answer to one request to the API server (default: 30s)',
  },
  rehearsal: { kind: 'switch', summary: 'print a rehearsal file with the recorded durations' },
  'rerun-jobs': { kind: 'switch', summary: 'run jobs again that have succeeded with the same inputs' },
  resume: { kind: 'switch', summary: 'go on with the last run, which was killed or cut short' },
  speed: { kind: 'value', value: 'N', summary: 'embedded cluster: divide durations by N' },
  strict: { kind: 'switch', summary: 'warnings are errors' },
  'take-ownership': {
    kind: 'switch',
    summary: 'take objects over from another deployment or ApplySet',
  },
  'take-over': { kind: 'switch', summary: 'stop the run that is under way and go on in its place' },
  timeout: {
    kind: 'value',
    value: 'DURATION',
    summary: 'timeout of tasks that say none themselves, e.g. 90s (default: 10m; jobs 20m)',
  },
  to: { kind: 'value', value: 'REV', summary: 'the revision (see flotilla history)' },
  verbose: { kind: 'switch', short: 'v', summary: 'say more' },
  with: {
    kind: 'value',
    value: 'FILE',
    summary: 'a rehearsal file: how long tasks take, which fail, which heal',
  },
  yes: {
    kind: 'switch',
    short: 'y',
    summary: 'do not ask; what holds data still goes only with --prune-stateful',
  },
} as const satisfies Record<string, Omit<Flag, 'name'>>;

export type FlagName = keyof typeof flags;

/** What every command takes. */
export const commonFlags: readonly FlagName[] = ['verbose', 'quiet', 'color', 'help'];

/** The flag called `name`, as help and the argument reader see it. */
export function flagOf(name: FlagName): Flag {
  return { name, ...flags[name] };
}

/** What a command line said, by flag. */
export class FlagValues {
  readonly #values: ReadonlyMap<FlagName, readonly string[]>;

  constructor(values: ReadonlyMap<FlagName, readonly string[]>) {
    this.#values = values;
  }

  has(name: FlagName): boolean {
    return this.#values.has(name);
  }

  /** The value said last, as usual on command lines. */
  value(name: FlagName): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  list(name: FlagName): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** These values, and others for the flags that were not said. */
  withDefaults(others: readonly (readonly [FlagName, readonly string[]])[]): FlagValues {
    return new FlagValues(new Map([...others, ...this.#values]));
  }
}
