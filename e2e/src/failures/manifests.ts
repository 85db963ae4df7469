/** Objects of the cases, short: every field that a case is not about has its usual value. */

export type Json = Readonly<Record<string, unknown>>;

interface PodOptions {
  /** `lab.fake/…` without its prefix: how the simulated node treats the pod (simulated-nodes/behaviour.ts). */
  readonly behaviour?: Readonly<Record<string, string>>;
  readonly image?: string;
  /** Further keys of the container `app`. */
  readonly container?: Json;
  /** Further keys of the pod's spec. */
  readonly pod?: Json;
}

interface WorkloadOptions extends PodOptions {
  readonly name?: string;
  /** Further keys of the workload's spec. */
  readonly spec?: Json;
}

function podTemplate(labels: Json, options: PodOptions): Json {
  const { behaviour = {}, image = 'acme/web:1', container = {}, pod = {} } = options;
  const annotations = Object.fromEntries(
    Object.entries(behaviour).map(([key, value]) => [`lab.fake/${key}`, value]),
  );
  return {
    metadata: { labels, annotations },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'app', image, ...container }], ...pod },
  };
}

function workload(kind: string, options: WorkloadOptions): Json {
  const { name = 'web', spec = {} } = options;
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template: podTemplate(labels, options), ...spec },
  };
}

export function deployment(options: WorkloadOptions = {}): Json {
  return workload('Deployment', options);
}

export function statefulSet(options: WorkloadOptions = {}): Json {
  return workload('StatefulSet', { ...options, spec: { serviceName: 'web', ...options.spec } });
}

/** Never restarts its containers: every failure is a new pod, as `backoffLimit` counts them. */
export function job(options: WorkloadOptions = {}): Json {
  const { name = 'seed', spec = {}, pod = {} } = options;
  const template = podTemplate({}, { ...options, pod: { restartPolicy: 'Never', ...pod } });
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: { backoffLimit: 0, template, ...spec },
  };
}

export function claim(storageClassName: string): Json {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: {
      storageClassName,
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
    },
  };
}

export function secret(name: string, stringData: Readonly<Record<string, string>>): Json {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData };
}

export function configMap(name: string, data: Readonly<Record<string, string>>): Json {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

/** JSON is YAML: documents of one manifest. */
export function manifest(objects: readonly Json[]): string {
  return objects.map((object) => JSON.stringify(object, undefined, 1)).join('\n---\n');
}
