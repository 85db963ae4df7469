import { mkdtemp, mkdir, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseDeploymentFile } from '@flotilla/core';
import type { DeploymentFile } from '@flotilla/core';
import { buildPlan } from '@flotilla/core/testing';
import { findDuplicates } from './check-objects.js';
import { renderPlan } from './render-plan.js';
import type { RunProgram } from './run-program.js';

const real = path.resolve(__dirname, '../../../../../shared/real');

function parse(text: string): DeploymentFile {
  const variables = { folderName: 'shop', parameters: {}, environment: {} };
  const parsed = parseDeploymentFile({ path: 'flotilla.yaml', text }, variables);
  if (!parsed.ok) throw new Error(parsed.diagnostics.map((each) => each.message).join('\n'));
  return parsed.value;
}

function render(text: string, directory: string, runProgram?: RunProgram) {
  const file = parse(text);
  const tasks = [
    ...file.services.map((service) => `services.${service.name.value}`),
    ...file.jobs.map((job) => `jobs.${job.name.value}`),
    ...file.charts.map((chart) => `charts.${chart.name.value}`),
  ];
  const plan = buildPlan([{ name: 'all', tasks: tasks.map((id) => ({ id })) }]);
  return renderPlan({ file, plan, directory, namespace: 'shop', ...(runProgram && { runProgram }) });
}

async function objectsOf(...args: Parameters<typeof render>) {
  const result = await render(...args);
  if (!result.ok) throw new Error(result.diagnostics.map((each) => each.message).join('\n'));
  return result.value.flatMap(({ task, manifests }) =>
    manifests.map(({ object }) => ({ task: task.id, object })),
  );
}

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'flotilla-render-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(directory, name)), { recursive: true });
    await writeFile(path.join(directory, name), text);
  }
  return directory;
}

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

test('the inline services of a real Release template become objects', async () => {
  const text = readFileSync(path.join(real, 'release-templates/genai-stack.yaml'), 'utf8');
  const all = await objectsOf(text, real);
  const kinds = all.map(({ task, object }) => `${task} ${object.kind}/${object.metadata.name}`);
  expect(kinds).toEqual(
    expect.arrayContaining([
      'services.ollama PersistentVolumeClaim/models',
      'services.ollama Deployment/ollama',
      'services.ollama Service/ollama',
      'jobs.pull-model Job/pull-model',
    ]),
  );
  expect(kinds.some((kind) => kind.includes('front-end'))).toBe(false);
  const ollama = all.find(
    ({ object }) => object.kind === 'Deployment' && object.metadata.name === 'ollama',
  )!.object;
  expect(ollama).toMatchObject({
    metadata: {
      namespace: 'shop',
      labels: { 'flotilla.dev/task': 'services.ollama', 'app.kubernetes.io/managed-by': 'flotilla' },
    },
    spec: {
      template: {
        metadata: { labels: { 'app.kubernetes.io/name': 'ollama', 'flotilla.dev/task': 'services.ollama' } },
        spec: {
          nodeSelector: { 'nvidia.com/gpu': 'true' },
          containers: [
            {
              command: ['/bin/ollama'],
              args: ['serve'],
              env: [{ name: 'LLM', value: 'llama2' }, { name: 'EMBEDDING_MODEL' }],
            },
          ],
          volumes: [{ name: 'shmem', emptyDir: { medium: 'Memory', sizeLimit: '16Gi' } }, { name: 'models' }],
        },
      },
    },
  });
});

test('other services reach the ports of both types, and never the pods of a job of the same name', async () => {
  const text = `services:
  - {name: db, image: postgres, ports: [{type: container_port, port: 5432}, {type: node_port, port: 80, target_port: 8080}]}
jobs: [{name: db, image: postgres}]
`;
  const all = await objectsOf(text, '/');
  const of = (kind: string) => all.find(({ object }) => object.kind === kind)!.object;
  expect(of('Service').spec).toMatchObject({
    ports: [
      { port: 5432, targetPort: 5432 },
      { port: 80, targetPort: 8080 },
    ],
  });
  const { selector } = of('Service').spec as { selector: Record<string, string> };
  expect(of('Deployment').spec).toMatchObject({ template: { metadata: { labels: selector } } });
  expect(of('Job').spec).not.toMatchObject({ template: { metadata: { labels: selector } } });
});

test('a config file that is no text reaches its ConfigMap byte by byte', async () => {
  const directory = await folderWith({ 'app.ini': 'a = é\n' });
  await writeFile(path.join(directory, 'store.jks'), Buffer.from([0xfe, 0xed, 0xfe, 0xed]));
  const file = (name: string) => `{name: ${name.slice(0, 3)}, mount_path: /etc/${name}, repo_path: ${name}}`;
  const text = `services: [{name: web, image: nginx, configmap: [${file('app.ini')}, ${file('store.jks')}]}]\n`;
  const maps = (await objectsOf(text, directory))
    .map(({ object }) => object)
    .filter(({ kind }) => kind === 'ConfigMap');
  expect(maps).toMatchObject([
    { data: { 'app.ini': 'a = é\n' } },
    { binaryData: { 'store.jks': '/u3+7Q==' } },
  ]);
});

test('a folder is read in the order of its paths, without its kustomization', async () => {
  const directory = await folderWith({
    'k8s/b.yaml': configMap('b'),
    'k8s/a/z.yml': configMap('z'),
    'k8s/kustomization.yaml': 'resources: [b.yaml]\n',
    'k8s/notes.txt': 'no manifest',
  });
  const all = await objectsOf('services:\n  - {name: s, manifests: [k8s, k8s/b.yaml]}\n', directory);
  expect(all.map(({ object }) => object.metadata.name)).toEqual(['z', 'b']);
});

test('all mistakes of all tasks come together, each at its place', async () => {
  const directory = await folderWith({ 'bad.yaml': 'kind: A\n' });
  const result = await render(
    'services:\n  - {name: a, manifests: [none/*.yaml]}\n  - {name: b, manifests: [bad.yaml]}\n  - {name: c}\n',
    directory,
  );
  expect(result.diagnostics.map((each) => each.code).sort()).toEqual([
    'manifest/bad-object',
    'manifest/missing-image',
    'manifest/no-match',
  ]);
});

test('a Secret is encoded, cluster-wide kinds get no namespace, foundations come first', async () => {
  const directory = await folderWith({
    'all.yaml': [
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {}}\n',
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: other}\nstringData: {p: "ä"}\n',
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: other}\n',
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r, namespace: x}\n',
    ].join('---\n'),
  });
  const all = (await objectsOf('services:\n  - {name: s, manifests: [all.yaml]}\n', directory)).map(
    ({ object }) => object,
  );
  expect(all.map((object) => object.kind)).toEqual(['Namespace', 'Secret', 'ClusterRole', 'Deployment']);
  expect(all.map((object) => object.metadata.namespace)).toEqual([undefined, 'other', undefined, 'shop']);
  expect(all[1]).toMatchObject({ data: { p: 'w6Q=' } });
  expect(all[1]).not.toHaveProperty('stringData');
});

test('an object that two tasks deploy names both', async () => {
  const directory = await folderWith({ 'a.yaml': configMap('same') });
  const result = await render(
    'services:\n  - {name: a, manifests: [a.yaml]}\n  - {name: b, manifests: [a.yaml]}\n',
    directory,
  );
  const [duplicate] = findDuplicates(result.ok ? result.value : []);
  expect(duplicate?.message).toBe('ConfigMap shop/same belongs to both services.a and services.b');
});

test('renderers run without a shell, and a missing one says what to install', async () => {
  const asked: string[] = [];
  const kustomize: RunProgram = ({ program, args }) => {
    asked.push([program, ...args].join(' '));
    if (program === 'kubectl') return Promise.resolve({ kind: 'missing' });
    return Promise.resolve({ kind: 'exited', code: 0, stdout: configMap('made'), stderr: '' });
  };
  const text = 'services:\n  - {name: s, kustomize: k8s; rm}\n';
  expect((await objectsOf(text, '/', kustomize)).map(({ object }) => object.metadata.name)).toEqual(['made']);
  expect(asked).toEqual(['kubectl kustomize k8s; rm', 'kustomize build k8s; rm']);
  const missing = await render(text, '/', () => Promise.resolve({ kind: 'missing' }));
  expect(missing.diagnostics[0]?.help).toMatch(/Install kubectl/);
  const failing = await render('charts:\n  - {name: c, directory: x}\n', '/', () =>
    Promise.resolve({
      kind: 'exited',
      code: 1,
      stdout: '',
      stderr: 'Error: Chart.yaml file is missing\n\nUse --debug flag to render out invalid YAML\n',
    }),
  );
  expect(failing.diagnostics[0]?.message).toBe('helm cannot render the chart c: Chart.yaml file is missing');
});

test.each([
  ['charts/web', './charts/web'],
  ['-web', './-web'],
  ['../web', '../web'],
  ['/charts/web', '/charts/web'],
])('helm is given the chart %s as the folder %s, never as a repository', async (directory, given) => {
  const asked: string[] = [];
  await render(`charts: [{name: web, directory: "${directory}"}]\n`, '/nowhere', ({ args }) => {
    asked.push(...args);
    return Promise.resolve({ kind: 'exited', code: 0, stdout: '', stderr: '' });
  });
  expect(asked.slice(0, 3)).toEqual(['template', 'web', given]);
});

test('hooks of a chart are named and left out', async () => {
  const hook = `apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n  annotations: {helm.sh/hook: "pre-install,pre-upgrade"}\n`;
  const stdout = `${configMap('kept')}---\n${hook}`;
  const result = await render('charts: [{name: web, directory: charts/web}]\n', '/nowhere', () =>
    Promise.resolve({ kind: 'exited', code: 0, stdout, stderr: '' }),
  );
  if (!result.ok) throw new Error('it must render');
  expect(result.value[0]!.manifests.map(({ object }) => object.metadata.name)).toEqual(['kept']);
  expect(result.diagnostics).toMatchObject([
    {
      code: 'manifest/hook-ignored',
      severity: 'warning',
      message: 'the chart web has hooks, which are not run: Job migrate (pre-install,pre-upgrade)',
    },
  ]);
});
