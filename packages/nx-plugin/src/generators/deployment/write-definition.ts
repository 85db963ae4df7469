import { joinPathFragments, type Tree } from '@nx/devkit';

/** What a project is deployed from. */
export interface DefinitionOptions {
  /** Default `image`. */
  readonly from?: 'image' | 'manifests' | 'kustomize' | 'chart';
  readonly image?: string;
  readonly port?: number;
}

/** The name that the service has, and the folder of its project. */
interface Named extends DefinitionOptions {
  readonly name: string;
  readonly root: string;
}

/** The `services` or `charts` of a flotilla file for one project. Writes the objects or the chart that it names where there are none. */
export function writeDefinition(tree: Tree, options: Named): string {
  const { name, root, from = 'image' } = options;
  switch (from) {
    case 'image':
      return `services:\n${inlineService(options)}`;
    case 'manifests':
      writeMissing(tree, joinPathFragments(root, 'k8s'), { 'deployment.yaml': deployment(options) });
      return `services:\n  - name: ${name}\n    manifests: [k8s/*.yaml]\n`;
    case 'kustomize':
      writeMissing(tree, joinPathFragments(root, 'k8s'), {
        'deployment.yaml': deployment(options),
        'kustomization.yaml': 'resources:\n  - deployment.yaml\n',
      });
      return `services:\n  - name: ${name}\n    kustomize: k8s\n`;
    case 'chart':
      writeMissing(tree, joinPathFragments(root, 'chart'), {
        'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n`,
        'templates/deployment.yaml': deployment(options),
      });
      return `charts:\n  - name: ${name}\n    directory: chart\n`;
  }
}

function inlineService({ name, image = name, port }: Named): string {
  const ports =
    port === undefined
      ? ''
      : `    ports: [{ type: node_port, port: ${String(port)}, target_port: ${String(port)} }]\n`;
  return `  - name: ${name}\n    image: ${JSON.stringify(image)}\n${ports}`;
}

function writeMissing(tree: Tree, folder: string, files: Readonly<Record<string, string>>): void {
  if (tree.exists(folder)) return;
  for (const [path, text] of Object.entries(files)) tree.write(joinPathFragments(folder, path), text);
}

function deployment({ name, image = name, port }: Named): string {
  const ports = port === undefined ? '' : `          ports:\n            - containerPort: ${String(port)}\n`;
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
        - name: ${name}
          image: ${JSON.stringify(image)}
${ports}`;
}
