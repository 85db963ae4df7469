import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import type { ZodType } from 'zod';
import { deploymentFileJsonSchema, deploymentFileSchema } from './json-schema.js';
import { parseDeploymentFile } from './parse-deployment-file.js';

const shared = fileURLToPath(new URL('../../../../../shared', import.meta.url));
let jsonSchema: object;
let schema: ZodType;
let validate: ValidateFunction;

beforeAll(async () => {
  jsonSchema = await deploymentFileJsonSchema();
  schema = await deploymentFileSchema();
  validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(jsonSchema);
});

const variables = { folderName: 'shop', parameters: {}, environment: {} };

/** Who accepts the text: the parser, and of its values (YAML 1.2, as VS Code reads them) zod and an editor. */
function judge(text: string): { readonly parser: boolean; readonly zod: boolean; readonly editor: boolean } {
  const values: unknown = parse(text, { merge: true });
  return {
    parser: parseDeploymentFile({ path: 'flotilla.yaml', text }, variables).ok,
    zod: schema.safeParse(values).success,
    editor: validate(values),
  };
}

const accepted = { parser: true, zod: true, editor: true };
const refused = { parser: false, zod: false, editor: false };

const templates = readdirSync(`${shared}/real/release-templates`);

test.each(templates)('all three accept %s', (name) => {
  expect(judge(readFileSync(`${shared}/real/release-templates/${name}`, 'utf8'))).toEqual(accepted);
});

const examples = parse(readFileSync(`${shared}/design/worked-examples.yaml`, 'utf8')) as readonly {
  readonly what: string;
  readonly file: unknown;
}[];

test.each(examples.map(({ what, file }) => [what, file]))('all three accept: %s', (_, file) => {
  expect(judge(JSON.stringify(file))).toEqual(accepted);
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
])('all three accept: %s', (text) => {
  expect(judge(text)).toEqual(accepted);
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
])('all three refuse: %s', (text) => {
  expect(judge(text)).toEqual(refused);
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
    ...(schema.anyOf ?? [])
      .filter(({ type, anyOf }) => type !== undefined || anyOf !== undefined)
      .flatMap((one) => undescribed(one, path)),
  ];
}

test('every key has a hover text', () => {
  expect(undescribed(jsonSchema as Described, '')).toEqual([]);
  expect(JSON.stringify(jsonSchema)).toContain('The image to run.');
});

test('zod says where, and what was probably meant', () => {
  const file = { services: [{ name: 'web', ports: [{ typed: 'node_port', port: 80 }] }] };
  expect(schema.safeParse(file).error?.issues).toEqual([
    expect.objectContaining({
      path: ['services', 0, 'ports', 0],
      message: 'There is no key "typed". Did you mean "type"?',
    }),
  ]);
});
