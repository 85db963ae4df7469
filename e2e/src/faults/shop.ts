import { createHash } from 'node:crypto';
import type { KubeClient } from '../kube-client/kube-client.js';
import type { Exchange } from './fault-proxy.js';

const configMaps = 60;
const deployments = 4;

/** What every scenario deploys: many small objects, workloads that have to become ready, a job between them. */
export function shopFiles(version: string): Readonly<Record<string, string>> {
  return {
    'flotilla.yaml': `name: shop
services:
  - {name: settings, manifests: [settings.json]}
  - {name: web, manifests: [web.json]}
jobs:
  - {name: migrate, manifests: [migrate.json]}
workflows:
  - name: setup
    parallelize:
      - {step: migrate, halt_on_error: true, tasks: [jobs.migrate]}
      - {step: apps, tasks: [services.all]}
`,
    'settings.json': JSON.stringify(listOf(range(configMaps, (at) => configMap(`settings-${at}`, version)))),
    'web.json': JSON.stringify(listOf(range(deployments, (at) => deployment(`web-${at}`, version)))),
    'migrate.json': JSON.stringify(job(version)),
  };
}

/** What is wrong with the namespace, read by the bare client; nothing when every object is as asked. */
export async function findWrong(
  client: KubeClient,
  namespace: string,
  version: string,
): Promise<readonly string[]> {
  const list = async (path: string) =>
    ((await client.request({ method: 'GET', path })) as { items: readonly Found[] }).items;
  const [settings, web, jobs] = await Promise.all([
    list(`/api/v1/namespaces/${namespace}/configmaps`),
    list(`/apis/apps/v1/namespaces/${namespace}/deployments`),
    list(`/apis/batch/v1/namespaces/${namespace}/jobs`),
  ]);
  const ours = settings.filter(({ metadata }) => metadata.name.startsWith('settings-'));
  const wrongSettings = ours.filter(({ data }) => data?.['version'] !== version);
  const wrongWeb = web.filter(({ spec, status }) => {
    const image = spec?.template?.spec.containers[0]?.image;
    return image !== `registry.example/web:${version}` || status?.availableReplicas !== 1;
  });
  return [
    ...(ours.length === configMaps ? [] : [`${ours.length} ConfigMaps`]),
    ...(web.length === deployments ? [] : [`${web.length} Deployments`]),
    ...(jobs.length === 1 && jobs[0]?.status?.succeeded === 1 ? [] : ['the job']),
    ...[...wrongSettings, ...wrongWeb].map(({ metadata }) => metadata.name),
  ];
}

/** Objects of the shop that the server took with different contents: each may be sent again, but only as it was. */
export function findWrittenDifferently(exchanges: readonly Exchange[]): readonly string[] {
  const contents = new Map<string, Set<string>>();
  for (const { method, path, isDryRun, status, body } of exchanges) {
    const isObject = /\/(settings|web)-\d+$|\/jobs\/migrate$/.test(path);
    if (!isObject || method === 'GET' || isDryRun || status === undefined || status >= 300) continue;
    const known = contents.get(path) ?? new Set();
    contents.set(path, known.add(createHash('sha256').update(body).digest('hex')));
  }
  return [...contents].filter(([, bodies]) => bodies.size > 1).map(([path]) => path);
}

interface Found {
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly template?: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
  readonly status?: { readonly availableReplicas?: number; readonly succeeded?: number };
}

function range<Item>(count: number, make: (at: number) => Item): readonly Item[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

function listOf(items: readonly object[]): object {
  return { apiVersion: 'v1', kind: 'List', items };
}

function configMap(name: string, version: string): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { version, text: 'x '.repeat(200) },
  };
}

function deployment(name: string, version: string): object {
  const labels = { app: name };
  const containers = [{ name: 'web', image: `registry.example/web:${version}` }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}

function job(version: string): object {
  const containers = [{ name: 'migrate', image: `registry.example/migrate:${version}` }];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'migrate' },
    spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers } } },
  };
}
