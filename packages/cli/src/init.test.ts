import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { run, type Ran } from './testing/fake-ports.js';

let base: string;
let folder: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'flotilla-init-'));
  folder = join(base, 'My_Shop');
  mkdirSync(folder);
});

afterEach(() => {
  rmSync(base, { recursive: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function flotilla(...words: string[]): Promise<Ran> {
  return run(words, { workingDirectory: folder });
}

/** What `init` writes, which passes `flotilla plan` without a warning. */
async function initialised(files: Readonly<Record<string, string>>): Promise<unknown> {
  write(files);
  expect(await flotilla('init')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await flotilla('plan', '--strict')).toMatchObject({ exitCode: 0 });
  return parse(readFileSync(join(folder, 'flotilla.yaml'), 'utf8'));
}

const object = (kind: string, name = 'x') =>
  `apiVersion: apps/v1\nkind: ${kind}\nmetadata: {name: ${name}}\n`;

describe('flotilla init', () => {
  it.each<[string, Record<string, string>, object]>([
    [
      'a folder of manifests',
      { 'k8s/deployment.yaml': object('Deployment'), 'k8s/service.yaml': object('Service') },
      { services: [{ name: 'my-shop', manifests: ['k8s/*.yaml'] }] },
    ],
    [
      'manifests beside other YAML',
      { 'app.yaml': object('Deployment'), 'values.yaml': 'a: 1\n', '.github/x.yaml': object('Deployment') },
      { services: [{ name: 'my-shop', manifests: ['app.yaml'] }] },
    ],
    [
      'manifests beside the flotilla file',
      { 'app.yaml': object('Deployment'), 'service.yaml': object('Service') },
      { services: [{ name: 'my-shop', manifests: ['app.yaml', 'service.yaml'] }] },
    ],
    [
      'a file for each service, and what they share',
      {
        'deploy/api.yaml': object('Deployment'),
        'deploy/db.yaml': object('StatefulSet'),
        'deploy/config.yaml': object('ConfigMap'),
      },
      {
        services: [
          { name: 'my-shop-shared', manifests: ['deploy/config.yaml'] },
          { name: 'api', manifests: ['deploy/api.yaml'], depends_on: ['my-shop-shared'] },
          { name: 'db', manifests: ['deploy/db.yaml'], depends_on: ['my-shop-shared'] },
        ],
      },
    ],
    [
      'a Job among them',
      { 'manifests/api.yaml': object('Deployment'), 'manifests/migrate.yaml': object('Job') },
      {
        services: [{ name: 'api', manifests: ['manifests/api.yaml'] }],
        jobs: [{ name: 'migrate', manifests: ['manifests/migrate.yaml'] }],
        workflows: [
          { name: 'setup', parallelize: [{ step: 'step-1', tasks: ['services.api', 'jobs.migrate'] }] },
        ],
      },
    ],
    [
      'a kustomization',
      { 'kustomization.yaml': 'resources: [app.yaml]\n', 'app.yaml': object('Deployment') },
      { services: [{ name: 'my-shop', kustomize: '.' }] },
    ],
    [
      'overlays',
      {
        'k8s/base/kustomization.yaml': 'resources: []\n',
        'k8s/overlays/dev/kustomization.yaml': 'resources: [../../base]\n',
        'k8s/overlays/prod/kustomization.yaml': 'resources: [../../base/]\n',
      },
      { services: [{ name: 'my-shop', kustomize: 'k8s/overlays/dev' }] },
    ],
    [
      'a chart with its templates',
      {
        'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
        'chart/templates/web.yaml': '{{ if .Values.x }}\n',
      },
      { charts: [{ name: 'web', directory: 'chart' }] },
    ],
    [
      'several applications',
      { 'apps/api/k8s/x.yaml': object('Deployment'), 'apps/web/k8s/x.yaml': object('Deployment') },
      {
        services: [
          { name: 'api', manifests: ['apps/api/k8s/*.yaml'] },
          { name: 'web', manifests: ['apps/web/k8s/*.yaml'] },
        ],
      },
    ],
    [
      'a Dockerfile',
      { Dockerfile: 'FROM node:24\nEXPOSE 8080/tcp 53/udp\n' },
      {
        services: [
          {
            name: 'my-shop',
            image: 'registry.example.com/my-shop:latest',
            ports: [{ type: 'node_port', port: 8080 }],
          },
        ],
      },
    ],
  ])('writes a file that passes plan from %s', async (_what, files, expected) => {
    expect(await initialised(files)).toEqual({ name: 'my-shop', ...expected });
  });

  it('translates a compose file, a job for what others wait to complete', async () => {
    const compose = `services:
  my_db:
    image: postgres:\${PG:-17}
    environment: [POSTGRES_PASSWORD=a$$b, DEBUG]
    volumes: [data:/var/lib/postgresql, ./init:/docker-entrypoint-initdb.d]
    healthcheck: {test: pg_isready}
  migrate:
    image: api:1
    command: npm run "migrate all"
    depends_on: [my_db]
  api:
    build: .
    ports: ["127.0.0.1:8080:80", 80]
    depends_on: {migrate: {condition: service_completed_successfully}, my_db: {condition: service_healthy}}
    cap_add: [NET_ADMIN]
  seed:
    image: seed:1
    profiles: [seed]
    depends_on: [api]
volumes: {data: {}}
`;
    expect(await initialised({ 'compose.yaml': compose, Dockerfile: 'FROM scratch\n' })).toEqual({
      name: 'my-shop',
      services: [
        {
          name: 'my-db',
          image: 'postgres:17',
          envs: [
            { key: 'POSTGRES_PASSWORD', value: 'a$$b' },
            { key: 'DEBUG', value: '' },
          ],
          volumes: [{ type: 'persistent', name: 'data', mount_path: '/var/lib/postgresql' }],
          readiness_probe: { exec: { command: ['sh', '-c', 'pg_isready'] } },
        },
        {
          name: 'api',
          image: 'registry.example.com/api:latest',
          ports: [{ type: 'node_port', port: 80 }],
        },
      ],
      jobs: [{ name: 'migrate', image: 'api:1', args: ['npm', 'run', 'migrate all'] }],
      workflows: [
        {
          name: 'setup',
          parallelize: [
            { step: 'step-1', tasks: ['services.my-db'] },
            { step: 'step-2', tasks: ['jobs.migrate'] },
            { step: 'step-3', tasks: ['services.api'] },
          ],
        },
      ],
    });
    const text = readFileSync(join(folder, 'flotilla.yaml'), 'utf8');
    for (const said of [
      'my_db is called my-db',
      'DEBUG comes',
      './init is a folder',
      'api: its image',
      'cap_add',
    ])
      expect(text).toContain(said);
  });

  it('writes what passes plan whatever a compose file says of its services', async () => {
    const word = fc.stringMatching(/^[a-z][a-zA-Z0-9_.-]{0,12}$/);
    const service = fc.record(
      {
        image: fc.oneof(word, fc.constant('a:${TAG}'), fc.constant('a:$TAG')),
        build: fc.constant('.'),
        command: fc.oneof(fc.string(), fc.array(fc.string())),
        environment: fc.oneof(fc.dictionary(word, fc.oneof(fc.string(), fc.integer())), fc.array(word)),
        ports: fc.array(fc.oneof(fc.integer({ min: 1, max: 65535 }), fc.constant('1000-1001:1000-1001'))),
        volumes: fc.array(fc.constantFrom('data:/data', './x:/x', '/anonymous'), { maxLength: 1 }),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(word, service, { minKeys: 1, maxKeys: 4 }), async (services) => {
        rmSync(join(folder, 'flotilla.yaml'), { force: true });
        write({ 'compose.yaml': JSON.stringify({ services }) });
        expect(await flotilla('init')).toMatchObject({ exitCode: 0, stderr: '' });
        expect(await flotilla('plan')).toMatchObject({ exitCode: 0 });
      }),
      { numRuns: 60 },
    );
  });

  it('overwrites nothing', async () => {
    write({ 'flotilla.yaml': 'name: mine\n', Dockerfile: 'FROM scratch\n' });
    const ran = await flotilla('init');
    expect(ran).toMatchObject({ exitCode: 64, stdout: '' });
    expect(ran.stderr).toContain('flotilla.yaml is there already: nothing was written.');
    expect(readFileSync(join(folder, 'flotilla.yaml'), 'utf8')).toBe('name: mine\n');
  });

  it('says that a template of Release runs as it is', async () => {
    write({ '.release/application_template.yaml': 'app: shop\n', Dockerfile: 'FROM scratch\n' });
    const { exitCode, stdout } = await flotilla('init');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('.release/application_template.yaml runs as it is');
    expect(existsSync(join(folder, 'flotilla.yaml'))).toBe(false);
  });

  it('prints instead of writing in a dry run, and has no other one', async () => {
    write({ Dockerfile: 'FROM scratch\n' });
    const { exitCode, stdout, stderr } = await flotilla('init', '--dry-run=client');
    expect({ exitCode, file: parse(stdout) as unknown }).toMatchObject({
      exitCode: 0,
      file: { name: 'my-shop' },
    });
    expect(stderr).toContain('Nothing was written');
    expect(existsSync(join(folder, 'flotilla.yaml'))).toBe(false);
    expect(await flotilla('init', '--dry-run=server')).toMatchObject({ exitCode: 64 });
  });

  it('says what it looked for where there is nothing', async () => {
    write({ 'api/flotilla.yaml': 'name: api\n', 'kubeconfig.yaml': 'apiVersion: v1\nkind: Config\n' });
    const { exitCode, stderr } = await flotilla('init');
    expect(exitCode).toBe(66);
    expect(stderr).toContain('api has a flotilla.yaml of its own');
    expect(stderr).toContain('a compose file, a Dockerfile');
  });
});
