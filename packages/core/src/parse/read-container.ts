import type {
  ConfigFile,
  Container,
  EnvironmentVariable,
  Port,
  Probe,
  ResourceRange,
  Volume,
} from '../domain/deployment-file.js';
import {
  probeWays,
  type ConfigFileRead,
  type ContainerFields,
  type EnvironmentVariableRead,
  type NodeSelectorRead,
  type PortRead,
  type ProbeRead,
  type ResourceRangeRead,
  type VolumeRead,
} from './container-shape.js';
import { keySpanOf } from './mapping-shape.js';
import type { FileNames } from './file-names.js';
import { fitRange } from './quantity.js';
import { withoutUndefined } from './without-undefined.js';

/** Where a volume without a size gets one: the service's `storage`, else this. */
export const volumeSizeDefault = '10Gi';

/** A container that nothing was said about. */
export const emptyContainer: Container = {
  envs: [],
  cpu: {},
  memory: {},
  volumes: [],
  configFiles: [],
  nodeSelector: {},
};

/**
 * The container of a service or job: its own keys over those of `base` (the file's defaults, or the service that a job borrows). A new
 * command does not take over the arguments of the old one; environment variables are joined; lists replace.
 */
export function readContainer(fields: ContainerFields, base: Container, names: FileNames): Container {
  const { image, command, args, envs, volumes, configmap, storage } = fields;
  return withoutUndefined({
    image: image ?? base.image,
    command: command ?? base.command,
    args: args ?? (command === undefined ? base.args : undefined),
    envs: envs === undefined ? base.envs : joinEnvs(base.envs, readEnvs(envs, names)),
    cpu: fitRange(readRange(fields.cpu), base.cpu),
    memory: fitRange(readRange(fields.memory), base.memory),
    volumes: volumes?.flatMap((volume) => readVolume(volume, storage?.fields.size, names)) ?? base.volumes,
    configFiles: configmap?.flatMap(readConfigFile) ?? base.configFiles,
    nodeSelector: readNodeSelector(fields.node_selector) ?? base.nodeSelector,
    serviceAccountName: fields.service_account_name ?? base.serviceAccountName,
  });
}

export function readRange(range: ResourceRangeRead | undefined): ResourceRange {
  return withoutUndefined({ limits: range?.fields.limits, requests: range?.fields.requests });
}

export function readNodeSelector(
  entries: NodeSelectorRead | undefined,
): Readonly<Record<string, string>> | undefined {
  return entries && Object.fromEntries(entries.map(({ fields }) => [fields.key ?? '', fields.value ?? '']));
}

function joinEnvs(
  borrowed: readonly EnvironmentVariable[],
  own: readonly EnvironmentVariable[],
): readonly EnvironmentVariable[] {
  const ownKeys = new Set(own.map(({ key }) => key));
  return [...borrowed.filter(({ key }) => !ownKeys.has(key)), ...own];
}

function readEnvs(
  envs: readonly EnvironmentVariableRead[],
  names: FileNames,
): readonly EnvironmentVariable[] {
  const first = new Map<string, EnvironmentVariableRead>();
  return envs.flatMap((env) => {
    const { key, value, secret } = env.fields;
    if (key === undefined || value === undefined) return [];
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, env);
    else {
      names.report.add({
        code: 'parse/duplicate-name',
        message: `The environment variable ${key} is set twice.`,
        help: 'Remove one of the two.',
        span: keySpanOf(env.node, 'key'),
        related: [{ message: 'It is set here first.', span: keySpanOf(earlier.node, 'key') }],
      });
    }
    return [{ key, value, ...(secret === true && { secret }) }];
  });
}

function readVolume(
  { fields, node }: VolumeRead,
  storageSize: string | undefined,
  names: FileNames,
): Volume[] {
  const { type, name, claim, size, mount_path: mountPath } = fields;
  if (mountPath === undefined) return [];
  if (claim !== undefined) {
    names.expect('sharedVolumes', claim);
    return [{ kind: 'shared', claim, mountPath }];
  }
  if (type === 's3') {
    names.report.add({
      code: 'parse/not-supported',
      message: 'Volumes of type s3 are not supported; this one is ignored.',
      help: 'Mount the bucket by `manifests` of your own.',
      span: keySpanOf(node, 'type'),
    });
    return [];
  }
  if (type === 'shmem') return [withoutUndefined({ kind: type, name: name ?? 'shmem', size, mountPath })];
  if (name === undefined) {
    names.report.add({
      code: 'parse/missing-key',
      message: 'A persistent volume needs `name`, or `claim` for one of `shared_volumes`.',
      span: keySpanOf(node, 'mount_path'),
    });
  }
  return [
    { kind: 'persistent', name: name ?? '', size: size ?? storageSize ?? volumeSizeDefault, mountPath },
  ];
}

function readConfigFile({ fields }: ConfigFileRead): ConfigFile[] {
  const { name, mount_path: mountPath, repo_path: repoPath } = fields;
  if (mountPath === undefined || repoPath === undefined) return [];
  const baseName = repoPath.value.split('/').at(-1) ?? repoPath.value;
  return [{ name: name ?? baseName.toLowerCase().replace(/[^a-z0-9-]+/g, '-'), mountPath, repoPath }];
}

/** The ports of a service; one without a type is only opened in the container. */
export function readPorts(ports: readonly PortRead[] = []): readonly Port[] {
  return ports.flatMap(({ fields }) => {
    const { type = 'container_port', port, target_port: targetPort, loadbalancer = false } = fields;
    if (port === undefined) return [];
    return [{ type, port, targetPort: targetPort ?? port, loadBalancer: loadbalancer }];
  });
}

/** A probe, undefined when there is none or when it does not ask in exactly one way (reported). */
export function readProbe(probe: ProbeRead | undefined, names: FileNames): Probe | undefined {
  if (probe === undefined) return undefined;
  const { fields, node } = probe;
  const ways = probeWays.filter((way) => node.entries.some(({ key }) => key === way));
  const check = readCheck(probe);
  if (ways.length !== 1) {
    names.report.add({
      code: 'parse/bad-value',
      message: `A probe asks in one way: exec, http_get or tcp_socket; this one has ${ways.length === 0 ? 'none' : ways.join(' and ')}.`,
      span: ways[1] === undefined ? (node.entries[0]?.keySpan ?? node.span) : keySpanOf(node, ways[1]),
    });
  }
  if (check === undefined) return undefined;
  return withoutUndefined({
    check,
    periodSeconds: fields.period_seconds,
    timeoutSeconds: fields.timeout_seconds,
    failureThreshold: fields.failure_threshold,
    successThreshold: fields.success_threshold,
    initialDelaySeconds: fields.initial_delay_seconds,
  });
}

function readCheck({ fields }: ProbeRead): Probe['check'] | undefined {
  const { exec, http_get: http, tcp_socket: tcp } = fields;
  if (exec?.fields.command !== undefined) return { kind: 'exec', command: exec.fields.command };
  if (http?.fields.port !== undefined) {
    return { kind: 'http', path: http.fields.path ?? '/', port: http.fields.port };
  }
  return tcp?.fields.port === undefined ? undefined : { kind: 'tcp', port: tcp.fields.port };
}
