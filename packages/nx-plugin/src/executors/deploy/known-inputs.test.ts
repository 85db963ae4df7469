import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createWorkspace, type Workspace } from '../../testing/workspace';
import type { ProofOptions } from '../options';
import { openOutput } from '../print';
import { changedInputs, parseInputs, printInputs, readInputs, type KnownInputs } from './known-inputs';

let workspace: Workspace;

beforeEach(() => {
  workspace = createWorkspace({
    'apps/shop/flotilla.yaml': 'name: shop\nservices: [{name: api, image: "api:${env.TAG}"}]\n',
    'apps/shop/k8s/api.yml': 'a: 1\n',
    'apps/shop/node_modules/other/values.yaml': 'a: 1\n',
    'apps/shop/dist/image.json': '{"api": "registry/api@sha256:abc"}',
  });
  jest.replaceProperty(process, 'env', { TAG: '1' });
});

afterEach(() => {
  jest.restoreAllMocks();
  workspace.remove();
});

async function read(options: ProofOptions = {}): Promise<KnownInputs> {
  const context = workspace.contextOf('shop', 'deploy');
  return readInputs({ options, context, ...(await openOutput(() => undefined)) });
}

const write = (path: string, text: string) => {
  mkdirSync(join(workspace.root, path, '..'), { recursive: true });
  writeFileSync(join(workspace.root, path), text);
};

test('names the file, the image, the option and the variable that have changed', async () => {
  const before = await read({ namespace: 'a' });
  expect(changedInputs(before, await read({ namespace: 'a' }))).toEqual([]);
  write('apps/shop/k8s/api.yml', 'a: 2\n');
  write('apps/shop/k8s/new.yaml', 'a: 1\n');
  write('apps/shop/node_modules/other/values.yaml', 'a: 2\n');
  write('apps/shop/dist/image.json', '{"api": "registry/api@sha256:def"}');
  jest.replaceProperty(process, 'env', { TAG: '2' });
  expect(changedInputs(before, await read({ namespace: 'b', concurrency: 2 }))).toEqual([
    'apps/shop/k8s/api.yml',
    'apps/shop/k8s/new.yaml',
    'image api',
    'option concurrency',
    'option namespace',
    'variable TAG',
  ]);
});

test('what is kept between two deploys holds no value', async () => {
  const inputs = await read({ param: ['PASSWORD=hunter-two'] });
  expect(parseInputs(printInputs(inputs))).toEqual(inputs);
  expect(printInputs(inputs)).toContain(' option param\n');
  expect(printInputs(inputs)).not.toContain('hunter');
  expect(parseInputs('broken')).toEqual({});
});
