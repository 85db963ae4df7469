import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { positionAt } from '../diagnostics/source.js';
import { loadPlan, type LoadPlanResult } from './load-plan.js';

let workingDirectory: string;

beforeEach(() => {
  workingDirectory = mkdtempSync(join(tmpdir(), 'flotilla-include-'));
});

afterEach(() => {
  rmSync(workingDirectory, { recursive: true, force: true });
});

function load(files: Readonly<Record<string, string>>): LoadPlanResult {
  for (const [path, text] of Object.entries(files)) {
    const absolute = join(workingDirectory, path);
    mkdirSync(dirname(absolute), { recursive: true });
    writeFileSync(absolute, text);
  }
  return loadPlan({ workingDirectory, parameters: {}, environment: {}, strict: false });
}

function told(result: LoadPlanResult): readonly string[] {
  if (result.kind === 'refused') throw new Error(`Bug: ${result.refusal.message}`);
  const { diagnostics } = result.kind === 'wrong' ? result : result.loaded;
  return diagnostics.map(({ code, message, span }) => {
    const { line } = positionAt(span.file, span.start);
    return `${span.file.path}:${String(line)} ${code} ${message}`;
  });
}

const root = `name: shop
include: [apps/api/flotilla.part.yaml, apps/web/flotilla.part.yaml]
services: [{name: db, image: postgres}]
workflows:
  - name: setup
    order_from: [services.db, jobs.migrate, services.api, services.web]
`;

const api = `services:
  - {name: api, manifests: [k8s/*.yaml]}
jobs:
  - {name: migrate, from_services: worker, command: [migrate]}
  - {name: seed, kustomize: ../seed}
charts:
  - {name: cache, directory: chart, values: values.yaml}
`;

test('one workflow runs what several projects define', () => {
  const result = load({
    'flotilla.yaml': root,
    'apps/api/flotilla.part.yaml': api.replace('from_services: worker', 'from_services: api'),
    'apps/web/flotilla.part.yaml':
      'services: [{name: web, image: "web:${env_id}", configmap: [{mount_path: /c, repo_path: c.conf}]}]\n',
  });
  if (result.kind !== 'loaded') throw new Error(told(result).join('\n'));
  const { plan, file } = result.loaded;
  expect(plan.tasks.map(({ id }) => id)).toEqual([
    'services.db',
    'jobs.migrate',
    'services.api',
    'services.web',
  ]);
  expect(plan.name).toBe('shop');
  expect(file.services[1]?.source).toMatchObject({ patterns: [{ value: 'apps/api/k8s/*.yaml' }] });
  expect(file.jobs[1]?.source).toMatchObject({ directory: { value: 'apps/seed' } });
  expect(file.charts[0]).toMatchObject({
    directory: { value: 'apps/api/chart' },
    values: [{ value: 'apps/api/values.yaml' }],
  });
  expect(file.services[2]?.container).toMatchObject({
    image: { value: 'web:shop' },
    configFiles: [{ repoPath: { value: 'apps/web/c.conf' } }],
  });
});

test('mistakes are told in the file in which they stand', () => {
  const result = load({
    'flotilla.yaml': root,
    'apps/api/flotilla.part.yaml': api,
    'apps/web/flotilla.part.yaml': `include: [more.yaml]
services: [{name: db, image: other}]
workflows: [{name: setup, order_from: [services.db]}]
`,
  });
  expect(told(result)).toEqual([
    'apps/api/flotilla.part.yaml:4 parse/unknown-name No service is called "worker".',
    'apps/web/flotilla.part.yaml:1 load/include-nested apps/web/flotilla.part.yaml is included, so it cannot include other files.',
    'apps/web/flotilla.part.yaml:3 load/include-ignored The workflow setup is ignored: apps/web/flotilla.part.yaml is included, and the order is said by the file that includes it.',
    'apps/web/flotilla.part.yaml:2 parse/duplicate-name A second service is called "db".',
  ]);
});

test('a file that is not there is told once, not at every task that it would have defined', () => {
  expect(told(load({ 'flotilla.yaml': root, 'apps/api/flotilla.part.yaml': 'services: []\n' }))).toEqual([
    'flotilla.yaml:2 load/include-missing There is no file apps/web/flotilla.part.yaml.',
  ]);
});
