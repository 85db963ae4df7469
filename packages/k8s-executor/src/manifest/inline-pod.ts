import { createHash } from 'node:crypto';
import type { Container, Port, Probe, ResourceRange, Volume } from '@flotilla/core';
import type { Json, JsonObject } from '../cluster/json.js';

/** What a pod needs beyond its container's keys. */
export interface PodDetails {
  /** Of the service or job; also the container's name. */
  readonly name: string;
  readonly ports: readonly Port[];
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly restartPolicy: 'Always' | 'Never';
}

/** A config file with its content; `key` is its name in the ConfigMap. */
export interface ConfigFileText {
  readonly name: string;
  readonly mountPath: string;
  readonly key: string;
  /** In base64 when it is `isBinary`. */
  readonly text: string;
  /** Set for a file that is no UTF-8, as `kubectl create configmap --from-file` sees it. */
  readonly isBinary?: true;
}

/** The pod spec of a service or job that is built from inline keys (semantics.md §1). Keys without a value are left out. */
export function buildPodSpec(
  container: Container,
  details: PodDetails,
  files: readonly ConfigFileText[],
): JsonObject {
  const volumes = [
    ...container.volumes.map((volume) => podVolume(volume, details.name)),
    ...files.map((file) => ({
      name: volumeName(file.name),
      configMap: { name: configMapName(details.name, file.name) },
    })),
  ];
  return compact({
    containers: [buildContainer(container, details, files)],
    restartPolicy: details.restartPolicy === 'Always' ? undefined : details.restartPolicy,
    serviceAccountName: container.serviceAccountName,
    nodeSelector: nonEmpty(container.nodeSelector),
    volumes: volumes.length === 0 ? undefined : volumes,
  });
}

/** The claim of a service's own persistent volume. */
export function claimName(service: string, volume: string): string {
  return `${service}-${volume}`;
}

export function configMapName(service: string, file: string): string {
  return `${service}-${volumeName(file)}`;
}

/** Twelve hexadecimal digits that change when one of the files does. */
export function filesChecksum(files: readonly ConfigFileText[]): string {
  return createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 12);
}

function buildContainer(
  container: Container,
  details: PodDetails,
  files: readonly ConfigFileText[],
): JsonObject {
  const mounts = [
    ...container.volumes.map((volume) => ({ name: podVolumeName(volume), mountPath: volume.mountPath })),
    ...files.map((file) => ({ name: volumeName(file.name), mountPath: file.mountPath, subPath: file.key })),
  ];
  return compact({
    name: details.name,
    image: container.image?.value,
    command: container.command,
    args: container.args,
    env: nonEmptyList(container.envs.map(({ key, value }) => ({ name: key, value }))),
    ports: nonEmptyList(uniquePorts(details.ports)),
    resources: buildResources(container.cpu, container.memory),
    readinessProbe: details.readinessProbe && buildProbe(details.readinessProbe),
    livenessProbe: details.livenessProbe && buildProbe(details.livenessProbe),
    volumeMounts: nonEmptyList(mounts),
  });
}

function uniquePorts(ports: readonly Port[]): readonly JsonObject[] {
  return [...new Set(ports.map((port) => port.targetPort))].map((port) => ({
    containerPort: port,
    protocol: 'TCP',
  }));
}

function buildResources(cpu: ResourceRange, memory: ResourceRange): JsonObject | undefined {
  const limits = nonEmpty(compact({ cpu: cpu.limits, memory: memory.limits }));
  const requests = nonEmpty(compact({ cpu: cpu.requests, memory: memory.requests }));
  return nonEmpty(compact({ limits, requests }));
}

function buildProbe(probe: Probe): JsonObject {
  const { check } = probe;
  return compact({
    exec: check.kind === 'exec' ? { command: check.command } : undefined,
    httpGet: check.kind === 'http' ? { path: check.path, port: check.port } : undefined,
    tcpSocket: check.kind === 'tcp' ? { port: check.port } : undefined,
    periodSeconds: probe.periodSeconds,
    timeoutSeconds: probe.timeoutSeconds,
    failureThreshold: probe.failureThreshold,
    successThreshold: probe.successThreshold,
    initialDelaySeconds: probe.initialDelaySeconds,
  });
}

function podVolume(volume: Volume, service: string): JsonObject {
  const name = podVolumeName(volume);
  switch (volume.kind) {
    case 'persistent':
      return { name, persistentVolumeClaim: { claimName: claimName(service, volume.name) } };
    case 'shared':
      return { name, persistentVolumeClaim: { claimName: volume.claim.value } };
    case 'shmem':
      return { name, emptyDir: compact({ medium: 'Memory', sizeLimit: volume.size }) };
  }
}

function podVolumeName(volume: Volume): string {
  return volumeName(volume.kind === 'shared' ? volume.claim.value : volume.name);
}

function volumeName(name: string): string {
  const cleaned = name.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-');
  return cleaned.slice(0, 63).replaceAll(/^-+|-+$/g, '');
}

function compact(fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function nonEmpty(mapping: JsonObject): JsonObject | undefined {
  return Object.keys(mapping).length === 0 ? undefined : mapping;
}

function nonEmptyList(list: readonly JsonObject[]): readonly JsonObject[] | undefined {
  return list.length === 0 ? undefined : list;
}
