import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { deploymentFileJsonSchema } from './json-schema.js';
import { parseDeploymentFile } from './parse-deployment-file.js';

const shared = fileURLToPath(new URL('../../../../../shared', import.meta.url));
const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(
  deploymentFileJsonSchema(),
);
const variables = { folderName: 'shop', parameters: {}, environment: {} };

/** What an editor says of the text (YAML 1.2, as VS Code reads it) and what the parser says. */
function judge(text: string): { readonly schema: boolean; readonly parser: boolean } {
  const parser = parseDeploymentFile({ path: 'flotilla.yaml', text }, variables).ok;
  return { schema: validate(parse(text, { merge: true })), parser };
}

const templates = readdirSync(`${shared}/real/release-templates`);

test.each(templates)('schema and parser accept %s', (name) => {
  expect(judge(readFileSync(`${shared}/real/release-templates/${name}`, 'utf8'))).toEqual({
    schema: true,
    parser: true,
  });
});

const examples = parse(readFileSync(`${shared}/design/worked-examples.yaml`, 'utf8')) as readonly {
  readonly what: string;
  readonly file: unknown;
}[];

test.each(examples.map(({ what, file }) => [what, file]))('schema and parser accept: %s', (_, file) => {
  expect(judge(JSON.stringify(file))).toEqual({ schema: true, parser: true });
});

test.each([
  'name: 1.10',
  'services: [{name: a, ports: [{port: "8080"}]}]',
  'parameters: [{name: n, default: 2}]\nservices: [{name: a, replicas: "${parameters.n}"}]',
  'services: [{name: a, cpu: {limits: 2, requests: 100m}, memory: {limits: 1Gi}}]',
  'services: [{name: a, manifests: [a.yaml]}]',
  'services: [{name: a, static: false, kustomize: k8s}]',
  'services: [{name: a, something_new: 1}]',
  'services: [{name: a, volumes: }]',
  'services: [{name: a, volumes: [{type: shmem, mount_path: /dev/shm}]}]',
  'services: [{name: a, envs: [{key: A, value: }, {key: B, value: yes}]}]',
  'services: [{name: a, readiness_probe: {tcp_socket: {port: 1}}}]',
  'services: [{name: a, ready: {current: self.status.ready}}]',
  'jobs: [{name: a, completed_timeout: 600, attempts: 2, halt_on_error: true}]',
  'jobs: [{name: a, completed_timeout: 1m30s}]',
  'jobs: [{name: a, depends_on: [b]}]',
  'jobs: [{name: a, timeout: 5}]',
  'charts: [{name: a, directory: c, values: v.yaml}]',
  'charts: [{name: a, directory: c, values: [v.yaml, w.yaml]}]',
  'workflows: [{name: setup, order_from: [services.a, {task: jobs.b, attempts: 2, needs: []}]}]',
  'x-shared: &x {name: a}\nservices: [*x, {<<: *x, name: b}]',
])('schema and parser accept: %s', (text) => {
  expect(judge(text)).toEqual({ schema: true, parser: true });
});

test.each([
  '[]',
  'services: {a: {image: b}}',
  'services: [{image: a}]',
  'services: [{name: all}]',
  'services: [{name: a, ports: [{port: 0}]}]',
  'services: [{name: a, ports: [{port: http}]}]',
  'services: [{name: a, ports: [{typed: node_port, port: 1}]}]',
  'services: [{name: a, ports: [{type: nodeport, port: 1}]}]',
  'services: [{name: a, replicas: -1}]',
  'services: [{name: a, replicas: 1.5}]',
  'services: [{name: a, memory: {limits: 1 GB}}]',
  'services: [{name: a, command: npm start}]',
  'services: [{name: a, manifests: []}]',
  'services: [{name: a, manifests: [a.yaml], kustomize: k8s}]',
  'services: [{name: a, static: true, kustomize: k8s}]',
  'services: [{name: a, static: "true"}]',
  'services: [{name: a, attempts: 2}]',
  'services: [{name: a, readiness_probe: {period_seconds: 1}}]',
  'services: [{name: a, volumes: [{mount_path: /a}]}]',
  'Services: [{name: a}]',
  'service: [{name: a}]',
  'jobs: [{name: a, attempts: 0}]',
  'jobs: [{name: a, completed_timeout: 1.5s}]',
  'jobs: [{name: a, completed_timeout: 0}]',
  'jobs: [{name: a, completed_timeout: 30s1m}]',
  'workflows: [{name: setup}]',
  'workflows: [{order_from: [services.a]}]',
  'workflows: [{name: setup, order_from: [services.a], parallelize: [{step: a, tasks: [services.a]}]}]',
  'workflows: [{name: setup, order_from: [{step: a, tasks: [services.a]}]}]',
  'workflows: [{name: setup, parallelize: [services.a]}]',
  'workflows: [{name: setup, parallelize: [{step: a, tasks: []}]}]',
  'workflows: [{name: setup, parallelize: [{step: a}]}]',
  'workflows: [{name: setup, parallelize: [{tasks: [services.a]}]}]',
  'workflows: [{name: setup, parallelize: [{step: a, tasks: [services.a], wait: false}]}]',
  'workflows: [{name: setup, parallelize: [{step: a, tasks: [{task: services.a, attempts: 2}]}]}]',
  'workflows: [{name: setup, parallelize: [{step: a, tasks: [{needs: []}]}]}]',
  'workflows: [{name: setup, order_from: [{task: jobs.a, needs: services.b}]}]',
  'workflows: [{name: setup, order_from: [{task: jobs.a, timeout: soon}]}]',
  'workflows: [{name: setup, order_from: [{task: jobs.a, halt_on_error: maybe}]}]',
])('schema and parser reject: %s', (text) => {
  expect(judge(text)).toEqual({ schema: false, parser: false });
});

interface Described {
  readonly type?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly items?: Described;
  readonly anyOf?: readonly Described[];
}

/** The keys below a schema that have no text to hover over. */
function undescribed(schema: Described, path: string): readonly string[] {
  const properties = Object.entries(schema.properties ?? {});
  return [
    ...properties.flatMap(([name, key]) => ((key.description ?? '') === '' ? [`${path}.${name}`] : [])),
    ...properties.flatMap(([name, key]) => undescribed(key, `${path}.${name}`)),
    ...(schema.items === undefined ? [] : undescribed(schema.items, `${path}[]`)),
    ...(schema.anyOf ?? []).filter(({ type }) => type !== undefined).flatMap((one) => undescribed(one, path)),
  ];
}

test('every key has a hover text', () => {
  const schema = deploymentFileJsonSchema() as Described;
  expect(schema.properties?.['services']?.items?.properties?.['image']?.description).toBe(
    'The image to run.',
  );
  expect(undescribed(schema, '')).toEqual([]);
});
