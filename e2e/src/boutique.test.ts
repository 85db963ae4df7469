import { rm } from 'node:fs/promises';
import type { ProgramResult } from './control-plane/run-program.js';
import { createNamespace } from './testing/create-namespace.js';
import { createBoutique, type Boutique } from './testing/boutique.js';
import { flotilla, isObjectWrite } from './testing/flotilla.js';
import { outcomes, parseRunEvents, timeOf } from './testing/run-events.js';
import { useControlPlane } from './testing/use-control-plane.js';

interface ListedObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly managedFields: readonly { readonly manager: string; readonly operation: string }[];
  };
}

const backends = ['ad', 'currency', 'email', 'payment', 'catalog', 'recommendation', 'shipping', 'checkout'];
const badImage = 'registry.invalid/emailservice:9.9.9';

const { cluster } = useControlPlane();
let boutique: Boutique;

beforeEach(async () => {
  boutique = await createBoutique();
});

afterEach(async () => {
  await rm(boutique.folder, { recursive: true });
});

afterAll(() => {
  expect(cluster.nodeErrors()).toEqual([]);
});

async function newNamespace(name: string): Promise<string> {
  await createNamespace(cluster.client, name);
  return name;
}

async function run(command: string, namespace: string, ...args: readonly string[]): Promise<ProgramResult> {
  const where = ['-f', boutique.file, '--kubeconfig', cluster.kubeconfig.admin, '-n', namespace];
  return flotilla([command, ...args, ...where]);
}

async function listObjects(namespace: string): Promise<readonly ListedObject[]> {
  const args = ['get', '-f', boutique.manifests, '-n', namespace, '-o', 'json', '--show-managed-fields'];
  const { code, stdout, stderr } = await cluster.kubectl(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return (JSON.parse(stdout) as { items: ListedObject[] }).items;
}

function allTasks(ended: Record<string, string>, outcome: string): Record<string, string> {
  return Object.fromEntries(Object.keys(ended).map((task) => [task, outcome]));
}

test('deploys every object under the field manager flotilla, redis and cart first, the frontend not waited for', async () => {
  const namespace = await newNamespace('boutique');
  const deployed = await run('deploy', namespace, '-o', 'ndjson');
  expect({ code: deployed.code, stderr: deployed.stderr }).toMatchObject({ code: 0 });

  const objects = await listObjects(namespace);
  expect(objects).toHaveLength(35);
  for (const object of objects)
    expect(object.metadata.managedFields).toContainEqual(
      expect.objectContaining({ manager: 'flotilla', operation: 'Apply' }),
    );

  const events = parseRunEvents(deployed.stdout);
  const cartSettled = timeOf(events, 'task-settled', 'services.cart');
  const backendsStarted = backends.map((name) => timeOf(events, 'task-started', `services.${name}`));
  const backendsSettled = backends.map((name) => timeOf(events, 'task-settled', `services.${name}`));
  expect(Math.min(...backendsStarted)).toBeGreaterThanOrEqual(cartSettled);
  expect(Math.max(...backendsStarted)).toBeLessThan(Math.min(...backendsSettled));
  expect(timeOf(events, 'task-started', 'services.load')).toBeLessThan(
    timeOf(events, 'task-settled', 'services.frontend'),
  );
  const ended = outcomes(events);
  expect(Object.keys(ended)).toHaveLength(11);
  expect(ended).toEqual(allTasks(ended, 'succeeded'));

  const before = { objects, audited: (await cluster.audit()).length };
  const again = await run('deploy', namespace, '-o', 'ndjson');
  expect({ code: again.code, stderr: again.stderr }).toMatchObject({ code: 0 });
  expect(outcomes(parseRunEvents(again.stdout))).toEqual(allTasks(ended, 'unchanged'));
  expect((await cluster.audit()).slice(before.audited).filter(isObjectWrite)).toEqual([]);
  const versions = (list: readonly ListedObject[]) => list.map(({ metadata }) => metadata.resourceVersion);
  expect(versions(await listObjects(namespace))).toEqual(versions(before.objects));

  const destroyed = await run('destroy', namespace, '--yes');
  expect({ code: destroyed.code, stderr: destroyed.stderr }).toMatchObject({ code: 0 });
  const left = await cluster.kubectl([
    'get',
    '-f',
    boutique.manifests,
    '-n',
    namespace,
    '-o',
    'name',
    '--ignore-not-found',
  ]);
  expect(left.stdout).toBe('');
});

test('an image that cannot be pulled gives a degraded run that names it', async () => {
  const namespace = await newNamespace('boutique-degraded');
  await boutique.setImage('emailservice', badImage);
  const deployed = await run('deploy', namespace, '--grace', 'image-not-found=2s');
  expect({ code: deployed.code, stderr: deployed.stderr }).toMatchObject({ code: 2 });
  expect(deployed.stdout.match(/degraded after/g)).toHaveLength(1);
  expect(deployed.stdout + deployed.stderr).toContain(badImage);
  // Everything behind it went on.
  const { stdout } = await cluster.kubectl(['-n', namespace, 'get', 'deploy', '-o', 'name']);
  expect(stdout).toContain('deployment.apps/loadgenerator');
});

test('with halt_on_error it gives a halted run that lists what is applied and what never started', async () => {
  const namespace = await newNamespace('boutique-halted');
  await boutique.setImage('emailservice', badImage);
  const deployed = await run('deploy', namespace, 'careful');
  expect({ code: deployed.code, stderr: deployed.stderr }).toMatchObject({ code: 1 });
  expect(deployed.stdout + deployed.stderr).toContain(badImage);
  expect(deployed.stdout).toMatch(/^applied \(8\)/m);
  expect(deployed.stdout).toMatch(
    /^never started \(2, because of services\.email\)\n.*services\.frontend.*services\.load/m,
  );
  const { stdout } = await cluster.kubectl(['-n', namespace, 'get', 'deploy', '-o', 'name']);
  expect(stdout).toContain('deployment.apps/cartservice');
  expect(stdout).not.toContain('deployment.apps/frontend');
});
