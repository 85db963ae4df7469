import {
  taskId,
  type DeploymentFile,
  type Diagnostic,
  type JobDefinition,
  type Port,
  type ServiceDefinition,
  type SourceSpan,
  type Volume,
} from '@flotilla/core';
import type { JsonObject } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { buildPodSpec, claimName, configMapName, filesChecksum } from './inline-pod.js';
import type { ConfigFileText } from './inline-pod.js';
import { labelValue, taskLabel } from './labels.js';
import type { Manifest } from './parse-manifests.js';

/** What inline objects are made from besides their own definition. */
export interface InlineContext {
  readonly file: DeploymentFile;
  /** The contents of the definition's config files. */
  readonly configFiles: readonly ConfigFileText[];
}

export interface InlineObjects {
  readonly manifests: readonly Manifest[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * A Deployment from a service's inline keys, with a Service for its ports, claims for its own volumes and ConfigMaps
 * for its config files.
 */
export function buildServiceObjects(service: ServiceDefinition, context: InlineContext): InlineObjects {
  const diagnostics = checkDefinition(service);
  if (diagnostics.length > 0) return { manifests: [], diagnostics };
  const name = service.name.value;
  const objects = [...buildStorage(service, context), buildDeployment(service, context)];
  if (service.ports.length > 0) objects.push(buildService(name, service.ports, context.file.name));
  return { manifests: objects.map((object) => ({ object, span: service.name.span })), diagnostics };
}

/** A Job from a job's inline keys. It is tried once: more tries are the run's business (`attempts`). */
export function buildJobObjects(job: JobDefinition, context: InlineContext): InlineObjects {
  const diagnostics = checkDefinition(job);
  if (diagnostics.length > 0) return { manifests: [], diagnostics };
  const name = job.name.value;
  const pod = buildPodSpec(job.container, { name, ports: [], restartPolicy: 'Never' }, context.configFiles);
  const object: KubeObject = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels: standardLabels(name, context.file.name) },
    spec: {
      backoffLimit: 0,
      template: { metadata: { labels: standardLabels(name, context.file.name) }, spec: pod },
    },
  };
  const objects = [...buildStorage(job, context), object];
  return { manifests: objects.map((each) => ({ object: each, span: job.name.span })), diagnostics };
}

/** The claims of `shared_volumes` that services or jobs of the file mount. They belong to the first task that mounts them. */
export function buildSharedClaim(file: DeploymentFile, claim: string): Manifest | undefined {
  const shared = file.sharedVolumes.find((volume) => volume.name.value === claim);
  if (shared === undefined) return undefined;
  return { object: buildClaim(claim, shared.size, 'ReadWriteMany'), span: shared.name.span };
}

function standardLabels(name: string, deployment: string): Readonly<Record<string, string>> {
  return {
    ...selectorLabels(name),
    'app.kubernetes.io/part-of': deployment,
    'app.kubernetes.io/managed-by': 'flotilla',
  };
}

function selectorLabels(name: string): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': name };
}

function buildDeployment(service: ServiceDefinition, context: InlineContext): KubeObject {
  const name = service.name.value;
  const labels = standardLabels(name, context.file.name);
  const pod = buildPodSpec(
    service.container,
    {
      name,
      ports: service.ports,
      restartPolicy: 'Always',
      ...(service.readinessProbe && { readinessProbe: service.readinessProbe }),
      ...(service.livenessProbe && { livenessProbe: service.livenessProbe }),
    },
    context.configFiles,
  );
  // A changed file must reach the pods, and a mounted `subPath` never changes in a running one.
  const annotations =
    context.configFiles.length > 0
      ? { annotations: { 'flotilla.dev/config-checksum': filesChecksum(context.configFiles) } }
      : {};
  const ownsClaim = service.container.volumes.some((volume) => volume.kind === 'persistent');
  const spec: JsonObject = {
    replicas: service.replicas,
    selector: { matchLabels: selectorLabels(name) },
    // Two pods cannot hold one ReadWriteOnce claim on two nodes, so a rolling update would wait for ever.
    ...(ownsClaim && { strategy: { type: 'Recreate' } }),
    template: { metadata: { labels, ...annotations }, spec: pod },
  };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, labels }, spec };
}

function buildService(name: string, ports: readonly Port[], deployment: string): KubeObject {
  const type = ports.some((port) => port.loadBalancer) ? { type: 'LoadBalancer' } : {};
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels: standardLabels(name, deployment) },
    spec: {
      ...type,
      // The name alone would find the pods of a job of the same name too.
      selector: { ...selectorLabels(name), [taskLabel]: labelValue(taskId('services', name)) },
      ports: ports.map((port) => ({
        name: `port-${String(port.port)}`,
        port: port.port,
        targetPort: port.targetPort,
        protocol: 'TCP',
      })),
    },
  };
}

function buildStorage(definition: ServiceDefinition | JobDefinition, context: InlineContext): KubeObject[] {
  const name = definition.name.value;
  const claims = definition.container.volumes
    .filter((volume): volume is Extract<Volume, { kind: 'persistent' }> => volume.kind === 'persistent')
    .map((volume) => buildClaim(claimName(name, volume.name), volume.size, 'ReadWriteOnce'));
  const configMaps = context.configFiles.map((file) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: configMapName(name, file.name), labels: standardLabels(name, context.file.name) },
    [file.isBinary === true ? 'binaryData' : 'data']: { [file.key]: file.text },
  }));
  return [...claims, ...configMaps];
}

function buildClaim(name: string, size: string, mode: 'ReadWriteOnce' | 'ReadWriteMany'): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { accessModes: [mode], resources: { requests: { storage: size } } },
  };
}

function checkDefinition(definition: ServiceDefinition | JobDefinition): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const { value: name, span } = definition.name;
  if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) diagnostics.push(badName(name, span));
  if (definition.container.image === undefined) diagnostics.push(missingImage(name, span));
  return diagnostics;
}

function badName(name: string, span: SourceSpan): Diagnostic {
  return {
    code: 'manifest/bad-name',
    severity: 'error',
    message: `\`${name}\` cannot be the name of a Kubernetes object`,
    help: 'Use at most 63 lower-case letters, digits and `-`, beginning with a letter and ending with a letter or digit.',
    span,
    related: [],
  };
}

function missingImage(name: string, span: SourceSpan): Diagnostic {
  return {
    code: 'manifest/missing-image',
    severity: 'error',
    message: `\`${name}\` has no image, and no manifests or kustomization instead`,
    help: 'Add `image:` (a job can borrow one with `from_services:`), or `manifests:` with the files to apply.',
    span,
    related: [],
  };
}
