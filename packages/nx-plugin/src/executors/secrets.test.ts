import { createWorkspace, type Workspace } from '../testing/workspace';
import deployExecutor from './deploy/executor';
import diffExecutor from './diff/executor';
import planExecutor from './plan/executor';

const manifest = `apiVersion: v1
kind: Secret
metadata: {name: config}
stringData: {password: hunter-one}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: copy}
data: {dsn: postgres://shop:hunter-one@db}
`;

const file = (more: string) => `name: shop
services:
  - {name: config, manifests: [config.yaml]}
  - {name: api, image: a, envs: [{key: LEVEL, value: hunter-two, secret: true${more}}]}
`;

let workspace: Workspace;
let printed: string;

beforeEach(() => {
  workspace = createWorkspace({
    'apps/shop/config.yaml': manifest,
    'apps/shop/flotilla.yaml': file(''),
    'apps/odd/config.yaml': manifest,
    'apps/odd/flotilla.yaml': file(', oops: 1'),
    'failing.yaml': 'tasks:\n  services.api: {takes: 1s, fails: hunter-two and hunter-one}\n',
  });
  printed = '';
  jest.replaceProperty(process, 'env', { PATH: process.env['PATH'], NO_COLOR: '1' });
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  workspace.remove();
});

const embedded = { cluster: 'embedded', speed: 20 } as const;

test('the difference of a deployment tells its secrets no more than the CLI does', async () => {
  expect(await diffExecutor(embedded, workspace.contextOf('shop', 'diff'))).toEqual({ success: true });
  expect(printed).toContain('***');
  expect(printed).not.toContain('hunter');
});

test('what pods have said is told without secrets', async () => {
  const failing = { ...embedded, with: 'failing.yaml' };
  expect(await deployExecutor(failing, workspace.contextOf('shop', 'deploy'))).toEqual({ success: false });
  expect(printed).toContain('*** and ***');
  expect(printed).not.toContain('hunter');
});

test('a line of the file is shown without them', async () => {
  expect(await planExecutor({}, workspace.contextOf('odd', 'plan'))).toEqual({ success: true });
  expect(printed).toContain('value: **********, secret: true, oops: 1');
  expect(printed).not.toContain('hunter');
});
