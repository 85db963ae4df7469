import { parseManifests } from '@flotilla/k8s-executor';
import { loadAll } from 'js-yaml';
import { measureInTurns, timeMs } from './measure.js';
import { ratioTable } from './table.js';

/** 5 MB of manifests: the parser that we chose by itself, and our reading of them with kubectl's rules and places. */
export async function benchParse(rounds = 9): Promise<string> {
  const plain = manifests('some value');
  // Words that make the reader look closer: `<<` may be a merge key, `*` an alias.
  const suspicious = manifests('cat <<EOF | grep *');
  const ours = (text: string) => () =>
    timeMs(() => Promise.resolve(parseManifests({ path: 'large.yaml', text })));
  const rows = await measureInTurns(
    [
      { name: 'js-yaml', measure: () => timeMs(() => Promise.resolve(loadAll(plain))) },
      { name: 'flotilla', measure: ours(plain) },
      { name: 'flotilla, shell scripts inside', measure: ours(suspicious) },
    ],
    rounds,
  );
  return ratioTable(`${(plain.length / 1e6).toFixed(1)} MB of manifests`, rows, 'js-yaml');
}

function manifests(value: string): string {
  return Array.from({ length: 1000 }, (_, index) => manifest(`app-${String(index)}`, value)).join('---\n');
}

function manifest(name: string, value: string): string {
  const env = Array.from(
    { length: 70 },
    (_, index) => `        - name: VARIABLE_${String(index)}\n          value: "${value} ${String(index)}"\n`,
  );
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: {app.kubernetes.io/name: ${name}}
spec:
  replicas: 3
  selector:
    matchLabels: {app.kubernetes.io/name: ${name}}
  template:
    metadata:
      labels: {app.kubernetes.io/name: ${name}}
    spec:
      containers:
      - name: main
        image: registry.example.com/team/${name}:1.0.0
        ports: [{containerPort: 8080}]
        env:
${env.join('')}`;
}
