import { containerKeys, ignoredContainerKeys, readyRule, serverKeys, sourceKeys } from './container-shape.js';
import { mapping, optional, required, type MappingRule, type MisplacedKey } from './mapping-shape.js';
import { parseDuration } from './parse-duration.js';
import { anyText, flag, integer, scalar, variableText, word } from './scalar-shape.js';
import { list, located, oneOrList, type ValueOf } from './shape.js';

/** A duration in milliseconds, longer than nothing. */
export const duration = scalar({
  expected: 'a duration: whole seconds, or 250ms, 90s, 1m30s',
  schema: (zod) =>
    zod.union([
      zod.int().min(1),
      zod.string().regex(/^(?=.*[1-9])(\d+|(\d+h)?(\d+m)?(\d+s)?(\d+ms)?)$/),
      variableText(zod),
    ]),
  convert(written) {
    const durationMs = parseDuration(written);
    return durationMs === 0 ? undefined : durationMs;
  },
});

/** A duration in milliseconds, also none at all. */
export const graceTime = scalar({
  expected: 'a duration: whole seconds, or 250ms, 90s, 1m30s',
  schema: (zod) =>
    zod.union([
      zod.int().min(0),
      zod.string().regex(/^(?=.*\d)(\d+|(\d+h)?(\d+m)?(\d+s)?(\d+ms)?)$/),
      variableText(zod),
    ]),
  convert: parseDuration,
});

/** `all` is taken: services.all stands for all services. */
const definitionName = located(
  scalar({
    expected: 'a name other than "all", which X.all stands for',
    schema: (zod) => anyText(zod, zod.string().regex(/^(?!all$)[\s\S]+$/)),
    convert: (written) => (written === '' || written === 'all' ? undefined : written),
  }),
);

export const attempts = located(integer({ from: 1 }));

/** `depends_on` where it means nothing. */
export function misplacedDependsOn(noun: string): MisplacedKey {
  return {
    code: 'parse/depends-on-ignored',
    message: `\`depends_on\` is for services; on ${noun} it is ignored.`,
    help: 'Say what the task waits for with `needs` on its entry in the workflow.',
  };
}

const oneSource: MappingRule = {
  message: 'Objects come from one of `manifests`, `kustomize` and `static`.',
  holds: ({ manifests, kustomize, static: isStatic }) =>
    [manifests !== undefined, kustomize !== undefined, isStatic === true].filter(Boolean).length <= 1,
  schema: {
    not: {
      anyOf: [
        { required: ['manifests', 'kustomize'] },
        { required: ['static', 'manifests'], properties: { static: { const: true } } },
        { required: ['static', 'kustomize'], properties: { static: { const: true } } },
      ],
    },
  },
};

export const service = mapping({
  noun: 'a service',
  keys: {
    name: required(definitionName, 'The name of the service; its task is `services.<name>`.'),
    ...sourceKeys,
    ...containerKeys,
    ...serverKeys,
    depends_on: optional(list(located(word)), 'Services that must have settled before this one starts.'),
    ready: optional(
      oneOrList(readyRule),
      'When the service counts as ready or failed, in CEL: a rule, or one for each kind.',
    ),
    timeout: optional(duration, 'How long the service may take to become ready; default 600 s.'),
  },
  ignored: {
    ...ignoredContainerKeys,
    build_base: 'Where Release builds a static site',
    build_command: 'How Release builds a static site',
    build_output_directory: 'Where the built static site lies',
    build_package_install_command: 'How Release installs packages for a static site',
  },
  rule: oneSource,
  misplaced: {
    attempts: {
      code: 'parse/bad-value',
      message: '`attempts` is for jobs only.',
      help: 'Kubernetes keeps restarting a service by itself; remove the key.',
    },
    completed_timeout: {
      code: 'parse/unknown-key',
      message: '`completed_timeout` is for jobs; on a service it is ignored.',
      help: 'A service has `timeout`.',
    },
  },
});

export const job = mapping({
  noun: 'a job',
  keys: {
    name: required(definitionName, 'The name of the job; its task is `jobs.<name>`.'),
    from_services: optional(
      located(word),
      'A service whose image, command, env, resources and volumes the job borrows; it need not be deployed.',
    ),
    ...sourceKeys,
    ...containerKeys,
    completed_timeout: optional(duration, 'How long all attempts may take together; default 1200 s.'),
    attempts: optional(attempts, 'How often the job is tried, at least once; default 1.'),
    halt_on_error: optional(flag, 'Whether a failure of this job stops the run.'),
  },
  ignored: ignoredContainerKeys,
  rule: oneSource,
  misplaced: {
    depends_on: misplacedDependsOn('a job'),
    timeout: {
      code: 'parse/unknown-key',
      message: '`timeout` on a job is ignored.',
      help: 'Write `completed_timeout`, or `timeout` on the entry in the workflow.',
    },
  },
});

export const chart = mapping({
  noun: 'a chart',
  keys: {
    name: required(definitionName, 'The name of the chart; its task is `charts.<name>`.'),
    directory: optional(located(word), 'The folder of the chart, relative to this file.'),
    values: optional(oneOrList(located(word)), 'Values files, relative to this file; later ones win.'),
    ready: optional(
      oneOrList(readyRule),
      'When the chart counts as ready or failed, in CEL: a rule, or one for each kind.',
    ),
    timeout: optional(duration, 'How long the chart may take to become ready; default 600 s.'),
  },
  ignored: {
    add: "Release's way to add a chart repository",
    env_file: 'A file of variables for the chart',
    install: 'A chart of a repository that Release installs',
    repo_branch: 'The branch of the repository of the chart',
    repo_name: 'The name of the repository of the chart',
    repo_url: 'The address of the repository of the chart',
  },
  misplaced: { depends_on: misplacedDependsOn('a chart') },
});

export type ServiceRead = ValueOf<typeof service>;
export type JobRead = ValueOf<typeof job>;
export type ChartRead = ValueOf<typeof chart>;
