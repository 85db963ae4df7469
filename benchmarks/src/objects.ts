/** A small object to apply, without a namespace. */
export interface BenchObject {
  readonly apiVersion: string;
  readonly kind: 'ConfigMap' | 'Deployment';
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** ConfigMaps of about half a kilobyte; `version` changes their content. */
export function configMaps(count: number, version: number): readonly BenchObject[] {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap' as const,
    metadata: { name: `config-${index}`, labels: { app: 'bench' } },
    data: { version: String(version), text: `${index} `.repeat(60) },
  }));
}

/** Deployments of so many replicas. */
export function deployments(count: number, replicas = 1): readonly BenchObject[] {
  return Array.from({ length: count }, (_, index) => {
    const labels = { app: `web-${index}` };
    const containers = [{ name: 'web', image: 'registry.example/web:1', ports: [{ containerPort: 8080 }] }];
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment' as const,
      metadata: { name: `web-${index}`, labels },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    };
  });
}

/** Where the API server serves the object. */
export function pathOf(object: BenchObject, namespace: string): string {
  const [prefix, plural] =
    object.kind === 'ConfigMap' ? ['/api/v1', 'configmaps'] : ['/apis/apps/v1', 'deployments'];
  return `${prefix}/namespaces/${namespace}/${plural}/${object.metadata.name}`;
}
