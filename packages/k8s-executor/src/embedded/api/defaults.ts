import { isJsonObject, listOf, mappingOf, textOf } from '../../cluster/json.js';
import type { Json, JsonObject } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';

const always = { restartPolicy: 'Always' } as const;

type Filler = (object: KubeObject) => KubeObject;

/**
 * The object with what the API server fills in. Only what readiness, selectors and an unchanged second apply need is
 * filled in, with the server's values. Filling in twice changes nothing.
 */
export function fillDefaults(object: KubeObject): KubeObject {
  const filler = fillers[object.kind];
  return filler === undefined ? object : filler(object);
}

const fillers: Readonly<Record<string, Filler>> = {
  Namespace: (object) => ({
    ...withSpec(object, { finalizers: ['kubernetes'] }),
    metadata: {
      ...object.metadata,
      labels: { 'kubernetes.io/metadata.name': object.metadata.name, ...object.metadata.labels },
    },
    status: { phase: 'Active', ...part(object, 'status') },
  }),
  Secret: fillSecret,
  Pod: (object) => ({
    ...object,
    spec: {
      enableServiceLinks: true,
      serviceAccountName: 'default',
      ...fillPodSpec(part(object, 'spec'), always),
    },
    status: { phase: 'Pending', qosClass: 'BestEffort', ...part(object, 'status') },
  }),
  Service: fillService,
  Deployment: (object) =>
    fillWorkload(object, {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: fillStrategy(mappingOf(part(object, 'spec'), 'strategy'), {
        maxSurge: '25%',
        maxUnavailable: '25%',
      }),
    }),
  ReplicaSet: (object) => fillWorkload(object, { replicas: 1 }),
  StatefulSet: fillStatefulSet,
  DaemonSet: (object) =>
    fillWorkload(object, {
      revisionHistoryLimit: 10,
      updateStrategy: fillStrategy(mappingOf(part(object, 'spec'), 'updateStrategy'), {
        maxSurge: 0,
        maxUnavailable: 1,
      }),
    }),
  Job: fillJob,
  PersistentVolumeClaim: (object) => ({
    ...withSpec(object, { volumeMode: 'Filesystem', storageClassName: 'standard' }),
    status: { phase: 'Pending', ...part(object, 'status') },
  }),
};

function withSpec(object: KubeObject, defaults: JsonObject): KubeObject {
  return { ...object, spec: { ...defaults, ...part(object, 'spec') } };
}

function fillWorkload(object: KubeObject, defaults: JsonObject): KubeObject {
  const spec = { ...part(object, 'spec'), ...overUndefined(part(object, 'spec'), defaults) };
  // A Job must say itself what becomes of a failed container.
  return { ...object, spec: fillTemplate(spec, object.kind === 'Job' ? {} : always) };
}

/** Strategies are filled in below their own key, so they replace what is there. */
function overUndefined(spec: JsonObject, defaults: JsonObject): JsonObject {
  const replaced = Object.entries(defaults).filter(
    ([key, value]) => spec[key] === undefined || isJsonObject(value),
  );
  return Object.fromEntries(replaced);
}

function fillStrategy(strategy: JsonObject, rolling: JsonObject): JsonObject {
  const type = textOf(strategy, 'type') || 'RollingUpdate';
  if (type !== 'RollingUpdate') return { ...strategy, type };
  return { ...strategy, type, rollingUpdate: { ...rolling, ...mappingOf(strategy, 'rollingUpdate') } };
}

function fillStatefulSet(object: KubeObject): KubeObject {
  const filled = fillWorkload(object, {
    replicas: 1,
    revisionHistoryLimit: 10,
    podManagementPolicy: 'OrderedReady',
    updateStrategy: fillStrategy(mappingOf(part(object, 'spec'), 'updateStrategy'), { partition: 0 }),
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
  });
  const claims = listOf(part(filled, 'spec'), 'volumeClaimTemplates');
  if (claims.length === 0) return filled;
  const volumeClaimTemplates = claims.map((claim) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    ...claim,
    spec: { volumeMode: 'Filesystem', ...mappingOf(claim, 'spec') },
    status: { phase: 'Pending' },
  }));
  return { ...filled, spec: { ...part(filled, 'spec'), volumeClaimTemplates } };
}

function fillJob(object: KubeObject): KubeObject {
  const spec = part(object, 'spec');
  const parallelism = spec['parallelism'] ?? 1;
  return fillWorkload(object, {
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    parallelism,
    ...(spec['parallelism'] === undefined && { completions: 1 }),
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: 'TerminatingOrFailed',
  });
}

function fillTemplate(spec: JsonObject, restarts: JsonObject): JsonObject {
  const template = spec['template'];
  if (!isJsonObject(template)) return spec;
  return { ...spec, template: { ...template, spec: fillPodSpec(mappingOf(template, 'spec'), restarts) } };
}

function fillPodSpec(spec: JsonObject, restarts: JsonObject): JsonObject {
  return {
    ...restarts,
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    ...spec,
    ...fillContainers(spec, 'containers'),
    ...fillContainers(spec, 'initContainers'),
  };
}

function fillContainers(spec: JsonObject, key: string): JsonObject {
  return Array.isArray(spec[key]) ? { [key]: listOf(spec, key).map(fillContainer) } : {};
}

function fillContainer(container: JsonObject): JsonObject {
  const image = textOf(container, 'image');
  const floats = /:latest$/.test(image) || !/[:@][^/]*$/.test(image);
  return {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: floats ? 'Always' : 'IfNotPresent',
    ...container,
    ...fillPorts(container, {}),
  };
}

function fillPorts(parent: JsonObject, more: JsonObject): JsonObject {
  if (!Array.isArray(parent['ports'])) return {};
  return { ports: listOf(parent, 'ports').map((port) => ({ protocol: 'TCP', ...more, ...port })) };
}

function fillService(object: KubeObject): KubeObject {
  const spec = part(object, 'spec');
  const type = textOf(spec, 'type') || 'ClusterIP';
  const ports = listOf(spec, 'ports').map((port) => ({
    protocol: 'TCP',
    targetPort: port['port'] ?? 0,
    ...port,
  }));
  const filled = {
    ...object,
    spec: {
      sessionAffinity: 'None',
      ...(type !== 'ExternalName' && {
        internalTrafficPolicy: 'Cluster',
        ipFamilyPolicy: 'SingleStack',
        ipFamilies: ['IPv4'],
      }),
      ...(['LoadBalancer', 'NodePort'].includes(type) && { externalTrafficPolicy: 'Cluster' }),
      ...(type === 'LoadBalancer' && { allocateLoadBalancerNodePorts: true }),
      ...spec,
      type,
      ...(Array.isArray(spec['ports']) && { ports }),
    },
  };
  return { ...filled, status: { loadBalancer: {}, ...part(object, 'status') } };
}

/** `stringData` is written into `data`, and never read back. */
function fillSecret(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  const texts: readonly (readonly [string, Json | undefined])[] = isJsonObject(stringData)
    ? Object.entries(stringData)
    : [];
  const encoded = texts.map(([key, text]) => [
    key,
    Buffer.from(typeof text === 'string' ? text : '').toString('base64'),
  ]);
  const data = isJsonObject(object['data']) ? object['data'] : {};
  return {
    ...rest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: object.metadata,
    ...(encoded.length > 0 && { data: { ...data, ...(Object.fromEntries(encoded) as JsonObject) } }),
    type: object['type'] ?? 'Opaque',
  };
}
