import { mapping, optional, required, type Fields } from './mapping-shape.js';
import {
  choice,
  flag,
  integer,
  scalar,
  commandText,
  textOrNothing,
  variableText,
  word,
} from './scalar-shape.js';
import { parseQuantity, quantityForm } from './quantity.js';
import { list, located, type ValueOf } from './shape.js';

/** A Kubernetes quantity: `100m`, `1.5`, `512Mi`. */
export const quantity = scalar({
  expected: 'a Kubernetes quantity such as 500m, 2 or 512Mi',
  schema: (zod) => zod.union([zod.number().min(0), zod.string().regex(quantityForm), variableText(zod)]),
  convert: (written) => (parseQuantity(written) === undefined ? undefined : written),
});

const portNumber = integer({ from: 1, to: 65535 });

export const resourceRange = mapping({
  noun: 'a resource',
  keys: {
    limits: optional(quantity, 'What the container may use at most.'),
    requests: optional(quantity, 'What is set aside for the container.'),
  },
});

export const nodeSelector = list(
  mapping({
    noun: 'an entry of `node_selector`',
    keys: {
      key: required(word, 'A label of the nodes to run on.'),
      value: required(textOrNothing, "The label's value."),
    },
  }),
);

const environmentVariable = mapping({
  noun: 'an environment variable',
  keys: {
    key: required(word, 'The name of the variable.'),
    value: required(textOrNothing, 'Its value, as written: 1.10 stays 1.10 and yes stays yes.'),
    secret: optional(flag, 'true: the value is shown in no output. It is still plain in the Deployment.'),
  },
});

const volume = mapping({
  noun: 'a volume',
  keys: {
    type: optional(choice(['persistent', 'shmem', 's3']), 'persistent: a disk of its own. shmem: memory.'),
    name: optional(word, 'The name of the volume, unique in the service.'),
    claim: optional(located(word), 'The name of a volume of `shared_volumes`.'),
    size: optional(quantity, 'How large it is, e.g. 5Gi.'),
    mount_path: required(word, 'Where the container sees it.'),
    bucket: optional(word, 'The bucket of an s3 volume.'),
  },
  rule: {
    message: 'A persistent volume needs `name`, or `claim` for one of `shared_volumes`.',
    holds: ({ claim, name, type = 'persistent' }) =>
      claim !== undefined || name !== undefined || type !== 'persistent',
    schema: {
      anyOf: [
        { required: ['claim'] },
        { required: ['name'] },
        { required: ['type'], properties: { type: { not: { enum: ['persistent'] } } } },
      ],
    },
  },
});

const configFile = mapping({
  noun: 'a configmap',
  keys: {
    name: optional(word, 'The name of the file in the ConfigMap.'),
    mount_path: required(word, 'Where the container sees the file.'),
    repo_path: required(located(word), 'The file to mount, relative to this file.'),
  },
});

/** Keys of a container that services and jobs share. */
export const containerKeys = {
  image: optional(located(word), 'The image to run.'),
  command: optional(list(commandText), "The program to run, in place of the image's."),
  args: optional(list(commandText), 'Its arguments.'),
  envs: optional(list(environmentVariable), 'Environment variables.'),
  cpu: optional(resourceRange, 'Processor time, e.g. 500m or 2. Default: `resources.cpu`.'),
  memory: optional(resourceRange, 'Memory, e.g. 512Mi. Default: `resources.memory`.'),
  volumes: optional(list(volume), 'Disks and memory to mount.'),
  configmap: optional(list(configFile), 'Files of the repository to mount.'),
  node_selector: optional(nodeSelector, 'Labels of the nodes to run on.'),
  service_account_name: optional(word, 'The service account to run as.'),
  storage: optional(
    mapping({
      noun: 'a storage',
      keys: { size: optional(quantity, 'The size of persistent volumes that give none.') },
      ignored: { type: "Release's kind of disk" },
    }),
    'The size of persistent volumes that give none.',
  ),
};

/** Keys of Release's services and jobs that are about building images. */
export const ignoredContainerKeys = {
  has_repo: 'Whether Release builds the image from this repository',
  build: 'How Release builds the image',
};

/** Where objects come from when the inline keys do not say it all. */
export const sourceKeys = {
  manifests: optional(
    list(located(word), 1),
    'Manifests to apply: files, folders or globs, relative to this file.',
  ),
  kustomize: optional(located(word), 'A folder with a kustomization, relative to this file.'),
};

/** A probe asks in exactly one of these ways. */
export const probeWays = ['exec', 'http_get', 'tcp_socket'];

const probe = mapping({
  noun: 'a probe',
  keys: {
    exec: optional(
      mapping({
        noun: 'an exec probe',
        keys: { command: required(list(commandText, 1), 'The command; exit code 0 means yes.') },
      }),
      'Asks by a command in the container.',
    ),
    http_get: optional(
      mapping({
        noun: 'an http_get probe',
        keys: {
          path: optional(word, 'The path to ask; default /.'),
          port: required(portNumber, "The container's port."),
        },
      }),
      'Asks by HTTP; a status below 400 means yes.',
    ),
    tcp_socket: optional(
      mapping({ noun: 'a tcp_socket probe', keys: { port: required(portNumber, "The container's port.") } }),
      'Asks by opening a connection.',
    ),
    period_seconds: optional(integer({ from: 1 }), 'Seconds between two questions; default 10.'),
    timeout_seconds: optional(integer({ from: 1 }), 'Seconds that an answer may take; default 1.'),
    failure_threshold: optional(integer({ from: 1 }), 'How many failures in a row count; default 3.'),
    success_threshold: optional(integer({ from: 1 }), 'How many successes in a row count; default 1.'),
    initial_delay_seconds: optional(integer({ from: 0 }), 'Seconds before the first question; default 0.'),
  },
  rule: {
    message: 'A probe asks in one way: exec, http_get or tcp_socket.',
    holds: (probe) => probeWays.filter((way) => way in probe).length === 1,
    schema: { oneOf: probeWays.map((way) => ({ required: [way] })) },
  },
});

const port = mapping({
  noun: 'a port',
  keys: {
    type: optional(
      choice(['node_port', 'container_port']),
      'Other services reach the port either way; what Release adds for a node_port, a hostname, is for an Ingress of yours.',
    ),
    port: required(portNumber, 'The port that other services use.'),
    target_port: optional(portNumber, "The container's port; default: `port`."),
    loadbalancer: optional(flag, 'Whether a load balancer outside the cluster leads to it.'),
  },
});

/** Keys of a service that runs for as long as it is wanted. */
export const serverKeys = {
  replicas: optional(integer({ from: 0 }), 'How many copies run; default: `resources.replicas`, else 1.'),
  ports: optional(list(port), 'Ports of the container, and of the Service before it.'),
  readiness_probe: optional(probe, 'Tells when the container can serve.'),
  liveness_probe: optional(probe, 'Tells when the container must be restarted.'),
  static: optional(flag, 'A static site: it is served from elsewhere, the cluster has nothing to do.'),
};

/** A custom rule of readiness. */
export const readyRule = mapping({
  noun: 'a ready rule',
  keys: {
    current: optional(
      located(word),
      'A CEL expression over `self`, the live object: true when it is ready. Default: the built-in rule.',
    ),
    failed: optional(
      located(word),
      'A CEL expression over `self`, the live object: true when it has failed. It is asked before `current`.',
    ),
    kind: optional(
      located(word),
      'The kind of the objects that the rule judges; default: the custom resources, and where there are none the workloads.',
    ),
    apiVersion: optional(
      located(word),
      'The API group of that kind, as `group/version` (any version of the group is meant); default: any.',
    ),
  },
  rule: {
    message: 'A ready rule says `current`, `failed` or both.',
    holds: (rule) => 'current' in rule || 'failed' in rule,
    schema: { anyOf: [{ required: ['current'] }, { required: ['failed'] }] },
  },
});

export type ContainerFields = Fields<typeof containerKeys>;
export type SourceFields = Fields<typeof sourceKeys>;
export type ResourceRangeRead = ValueOf<typeof resourceRange>;
export type VolumeRead = ValueOf<typeof volume>;
export type ConfigFileRead = ValueOf<typeof configFile>;
export type EnvironmentVariableRead = ValueOf<typeof environmentVariable>;
export type NodeSelectorRead = ValueOf<typeof nodeSelector>;
export type ProbeRead = ValueOf<typeof probe>;
export type PortRead = ValueOf<typeof port>;
export type ReadyRuleRead = ValueOf<typeof readyRule>;
