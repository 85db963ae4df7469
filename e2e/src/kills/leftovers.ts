import type { ControlPlane } from '../control-plane/control-plane.js';

interface Left {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [part: string]: unknown;
}

/** What every run writes anew: which one made a job, and what controllers and the API server add. */
const ofTheRun = [
  'flotilla.dev/attempt',
  'deployment.kubernetes.io/revision',
  'batch.kubernetes.io/job-tracking',
];

/**
 * What a deployment has in a namespace, without what differs from run to run and from namespace to namespace: so that
 * two ends can be compared.
 */
export async function readEnd(cluster: ControlPlane, namespace: string): Promise<readonly unknown[]> {
  const kinds = 'configmap,secret,service,deployment,job';
  const listed = await cluster.kubectl([
    '-n',
    namespace,
    'get',
    kinds,
    '-l',
    'flotilla.dev/task,!flotilla.dev/record',
    '-o',
    'json',
  ]);
  if (listed.code !== 0) throw new Error(listed.stderr);
  const text = listed.stdout.replaceAll(namespace, 'NAMESPACE');
  const { items } = JSON.parse(text) as { readonly items: readonly Left[] };
  return items.map(essence).sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

function essence(object: Left): unknown {
  const { kind, metadata } = object;
  const labels = { ...metadata.labels };
  // The set's id is a hash over the namespace.
  delete labels['applyset.kubernetes.io/part-of'];
  const annotations = Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(([name]) => !ofTheRun.includes(name)),
  );
  return {
    kind,
    name: metadata.name,
    labels,
    annotated: Object.keys(annotations).sort(),
    ...partsOf(object),
  };
}

function partsOf(object: Left): object {
  if (object.kind === 'ConfigMap' || object.kind === 'Secret') return { data: object['data'] };
  if (object.kind === 'Job') return { status: completed(object['status']) };
  return { spec: withoutAddresses(object['spec']) };
}

function completed(status: unknown): unknown {
  return typeof status === 'object' && status !== null && 'succeeded' in status
    ? status.succeeded
    : undefined;
}

function withoutAddresses(spec: unknown): unknown {
  const text = JSON.stringify(spec, (key, value: unknown) =>
    /^(clusterIPs?|nodePort)$/.test(key) ? undefined : value,
  );
  return JSON.parse(text) as unknown;
}
