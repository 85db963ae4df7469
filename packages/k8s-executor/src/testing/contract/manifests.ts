import type { JsonObject } from '../../cluster/json.js';

export function configMap(name: string, data: JsonObject, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
}

export interface WorkloadOptions {
  readonly replicas?: number;
  readonly image?: string;
  /** Annotations of the pods. */
  readonly annotations?: JsonObject;
  readonly container?: JsonObject;
  readonly spec?: JsonObject;
  readonly podSpec?: JsonObject;
}

function podTemplate(name: string, options: WorkloadOptions = {}): JsonObject {
  const { image = 'registry.example/app:1', annotations, container, podSpec } = options;
  return {
    metadata: { labels: { app: name }, ...(annotations && { annotations }) },
    spec: { ...podSpec, containers: [{ name: 'app', image, ...container }] },
  };
}

function workload(kind: string, name: string, options: WorkloadOptions): JsonObject {
  const { replicas = 1, spec } = options;
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: podTemplate(name, options),
      ...spec,
    },
  };
}

export function deployment(name: string, options: WorkloadOptions = {}): JsonObject {
  return workload('Deployment', name, options);
}

export function statefulSet(name: string, options: WorkloadOptions = {}): JsonObject {
  return workload('StatefulSet', name, { ...options, spec: { serviceName: name, ...options.spec } });
}

export function job(name: string, options: WorkloadOptions = {}): JsonObject {
  const template = podTemplate(name, { ...options, podSpec: { restartPolicy: 'Never', ...options.podSpec } });
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: { backoffLimit: 0, template, ...options.spec },
  };
}

export function service(name: string, ports: readonly JsonObject[]): JsonObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: name }, ports } };
}
