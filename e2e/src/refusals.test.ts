import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reservePorts } from './control-plane/reserve-ports.js';
import { writeKubeconfig } from './control-plane/kubeconfig.js';
import { flotilla, isFlotillaWrite } from './testing/flotilla.js';
import { useControlPlane } from './testing/use-control-plane.js';

const goodFile = `name: small
services:
  - name: web
    image: nginx:1.29
`;

const { cluster, temporaryFolder } = useControlPlane();
let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(async () => {
  const writes = (await cluster.audit()).filter(isFlotillaWrite);
  expect(writes).toEqual([]);
});

async function deploy(text: string | undefined, ...args: readonly string[]) {
  if (text !== undefined) await writeFile(join(folder, 'flotilla.yaml'), text);
  const kubeconfig = args.includes('--kubeconfig') ? [] : ['--kubeconfig', cluster.kubeconfig.admin];
  return flotilla(['deploy', ...kubeconfig, ...args], { cwd: folder });
}

test('no file: 66, and the name that was looked for', async () => {
  const { code, stdout, stderr } = await deploy(undefined);
  expect({ code, stdout }).toEqual({ code: 66, stdout: '' });
  expect(stderr).toContain('flotilla.yaml');
  const named = await deploy(undefined, '-f', 'other.yaml');
  expect({ code: named.code, stdout: named.stdout }).toEqual({ code: 66, stdout: '' });
  expect(named.stderr).toContain('other.yaml');
});

test('bad YAML: 65, with file, line and column', async () => {
  const { code, stdout, stderr } = await deploy('name: small\nservices: [web\n');
  expect({ code, stdout }).toEqual({ code: 65, stdout: '' });
  expect(stderr).toMatch(/flotilla\.yaml:[23]:\d+/);
});

test('an unknown key inside workflows: 65, with the known one as a hint', async () => {
  const { code, stderr } = await deploy(`${goodFile}workflows:\n  - name: setup\n    paralelize: []\n`);
  expect(code).toBe(65);
  expect(stderr).toMatch(/flotilla\.yaml:7:5/);
  expect(stderr).toContain('parallelize');
});

test('a dangling task: 65, with the nearest name', async () => {
  const { code, stderr } = await deploy(
    `${goodFile}workflows:\n  - name: setup\n    order_from: [services.wep]\n`,
  );
  expect(code).toBe(65);
  expect(stderr).toMatch(/flotilla\.yaml:7:18/);
  expect(stderr).toContain('services.web');
});

test('an unknown flag or command: 64, with the nearest one', async () => {
  const flag = await deploy(goodFile, '--kontext', 'x');
  expect(flag.code).toBe(64);
  expect(flag.stderr).toContain('--context');
  const command = await flotilla(['depoly']);
  expect(command.code).toBe(64);
  expect(command.stderr).toContain('deploy');
});

test('an unreachable cluster: 69, with its address', async () => {
  const { ports, release } = await reservePorts(1);
  const server = `https://127.0.0.1:${ports[0] ?? 0}`;
  const kubeconfig = join(folder, 'kubeconfig');
  await writeKubeconfig(kubeconfig, { server, authority: '', user: 'nobody', credentials: { token: 'x' } });
  const { code, stdout, stderr } = await deploy(goodFile, '--kubeconfig', kubeconfig);
  release();
  expect({ code, stdout, stderr }).toMatchObject({ code: 69, stdout: '' });
  expect(stderr).toContain(server);
});

test('a context that the kubeconfig does not have: 78, with its name', async () => {
  const { code, stdout, stderr } = await deploy(goodFile, '--context', 'production');
  expect({ code, stdout, stderr }).toMatchObject({ code: 78, stdout: '' });
  expect(stderr).toContain('production');
});

test('a context other than the file wants: 78, with both names', async () => {
  const { code, stderr } = await deploy(`kube_context: kind-dev\n${goodFile}`);
  expect({ code, stderr }).toMatchObject({ code: 78 });
  expect(stderr).toContain('kind-dev');
  expect(stderr).toContain('flotilla-test');
});

test('no rights: 77, with what is not allowed', async () => {
  const { code, stdout, stderr } = await deploy(goodFile, '--kubeconfig', cluster.kubeconfig.bystander);
  expect({ code, stdout, stderr }).toMatchObject({ code: 77, stdout: '' });
  expect(stderr).toMatch(/forbidden|not allowed|may not/i);
});
