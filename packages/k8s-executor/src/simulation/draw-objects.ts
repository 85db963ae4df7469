import type { KubeObject } from '../cluster/kube-object.js';
import type { SeededRandom } from './seeded-random.js';

/** What one task's files hold; drawn once per task and version. */
export interface ObjectsOptions {
  /** Of the task, e.g. `s0`. */
  readonly name: string;
  readonly isJob: boolean;
  /** The value of its Secret, to be found nowhere else. */
  readonly secret: string;
  /** Changes what the objects say. */
  readonly content: string;
}

/** The objects of a task: always a ConfigMap and what runs, sometimes a Secret, a claim, a Service, a CRD with an object. */
export function drawObjects(random: SeededRandom, options: ObjectsOptions): readonly KubeObject[] {
  const { name, isJob, secret, content } = options;
  const config: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${name}-config` },
    data: { content },
  };
  return [
    config,
    ...(random.chance(0.5) ? [secretObject(name, secret)] : []),
    ...(random.chance(0.15) ? [claim(name)] : []),
    ...(random.chance(0.15) ? customKind(name, content) : []),
    ...(!isJob && random.chance(0.3) ? [service(name)] : []),
    isJob ? job(name, content) : deployment(name, { content, replicas: 1 + random.below(2) }),
  ];
}

function secretObject(name: string, value: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `${name}-secret` },
    stringData: { password: value },
  };
}

function claim(name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: `${name}-data` },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
}

function service(name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ port: 80, protocol: 'TCP' }] },
  };
}

function customKind(name: string, content: string): readonly KubeObject[] {
  const plural = `${name}things`;
  const kind = `${name.toUpperCase()}Thing`;
  return [
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.example.com` },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural, singular: `${name}thing`, kind, listKind: `${kind}List` },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        ],
      },
    },
    { apiVersion: 'example.com/v1', kind, metadata: { name: `${name}-thing` }, spec: { content } },
  ];
}

function deployment(
  name: string,
  { content, replicas }: { readonly content: string; readonly replicas: number },
): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: podSpec(name, content) },
    },
  };
}

function job(name: string, content: string): KubeObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: { backoffLimit: 0, template: { spec: { ...podSpec(name, content), restartPolicy: 'Never' } } },
  };
}

function podSpec(name: string, content: string) {
  return {
    containers: [
      {
        name: 'main',
        image: `example.com/${name}:1`,
        env: [{ name: 'CONTENT', value: content }],
      },
    ],
  };
}
