import type { Deployment } from './testing/deployment.js';
import { ended } from './testing/ended.js';
import { expectUnlocked } from './testing/expect-unlocked.js';
import { flotilla, isFlotillaWrite } from './testing/flotilla.js';
import { removeFinalizers } from './testing/remove-finalizers.js';
import { useControlPlane } from './testing/use-control-plane.js';

const { cluster, deployment, neighbour } = useControlPlane({
  nodes: { nodes: 1, startMs: 50, readyMs: 50 },
});

const configMap = (name: string, more = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${more}}\n`;
const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {password: planted}\n';
const held = configMap('held', ', finalizers: [lab.example/hold]');
const claim = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`;
const workload = (name: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {terminationGracePeriodSeconds: 0, containers: [{name: c, image: 'nginx:1.29'}]}
`;
const job = `apiVersion: batch/v1
kind: Job
metadata: {name: seed}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: seed, image: busybox}]}
`;
const documents = (...texts: readonly string[]) => texts.join('---\n');

/** Each service has the manifest of its name and depends on the one before it. */
const chain = (name: string, services: readonly string[], timeout = '600s') =>
  `name: ${name}
services:
${services
  .map((each, at) => {
    const before = services[at - 1];
    return `  - {name: ${each}, manifests: [${each}.yaml]${before === undefined ? '' : `, depends_on: [${before}]`}}\n`;
  })
  .join('')}workflows:
  - name: setup
    parallelize: [{step: all, tasks: [services.all]}]
  - name: teardown
    parallelize: [{step: all, tasks: [{task: release.remove_environment, timeout: ${timeout}}]}]
`;

/** Everything in the namespace that is or remembers something of a deployment. */
async function leftOf(made: Deployment, name: string): Promise<readonly string[]> {
  const kinds = 'deploy,rs,pod,job,svc,cm,secret,pvc,lease,controllerrevision';
  const said = await made.kubectl(['get', kinds, '-l', `flotilla.dev/deployment=${name}`, '-o', 'name']);
  return said.split('\n').filter((line) => line !== '');
}

/** What flotilla deleted since the request of that number, in order: `deployments/web`. */
async function deletions(made: Deployment, since: number): Promise<readonly string[]> {
  const prefix = `/namespaces/${made.namespace}/`;
  return (await cluster.audit())
    .slice(since)
    .filter((event) => isFlotillaWrite(event) && event.verb === 'delete')
    .map(({ requestURI }) =>
      requestURI.slice(requestURI.indexOf(prefix) + prefix.length).replace(/\?.*/, ''),
    );
}

test('a deployment goes in reverse order until nothing of it is left, and its neighbours stay', async () => {
  const made = await deployment('whole', {
    'flotilla.yaml':
      `${chain('shop', ['db', 'api', 'web'])}jobs:\n  - {name: seed, manifests: [seed.yaml]}\n`.replace(
        'services.all]',
        'services.all, jobs.all]',
      ),
    'db.yaml': documents(workload('db'), secret, configMap('db')),
    'api.yaml': documents(workload('api'), configMap('api')),
    'web.yaml': workload('web'),
    'seed.yaml': job,
  });
  const blog = await neighbour('whole', {
    'flotilla.yaml': chain('blog', ['blog']),
    'blog.yaml': documents(configMap('blog'), secret.replace('key', 'blog-key')),
  });
  await made.kubectl(['create', 'configmap', 'by-hand']);
  for (const each of [made, blog]) expect(ended(await each.run(['deploy']))).toMatchObject({ code: 0 });
  const theirs = await leftOf(blog, 'blog');
  const since = (await cluster.audit()).length;
  const unasked = ended(await made.run(['destroy']));
  expect(unasked).toMatchObject({ code: 64 });
  expect(unasked.said).toContain('--yes');
  expect(ended(await made.run(['destroy', '--yes']))).toMatchObject({ code: 0 });
  expect(await leftOf(made, 'shop')).toEqual([]);
  expect(await made.kubectl(['get', 'pod', '-o', 'name'])).toBe('');
  expect(await leftOf(blog, 'blog')).toEqual(theirs);
  expect(await made.kubectl(['get', 'cm', 'by-hand', '-o', 'name'])).toContain('by-hand');
  const deleted = await deletions(made, since);
  const at = (name: string) => deleted.indexOf(name);
  expect(at('deployments/web')).toBeGreaterThanOrEqual(0);
  expect(at('deployments/web')).toBeLessThan(at('deployments/api'));
  expect(at('deployments/api')).toBeLessThan(at('configmaps/api'));
  expect(at('configmaps/api')).toBeLessThan(at('deployments/db'));
  expect(at('deployments/db')).toBeLessThan(at('secrets/key'));
  expect(deleted.at(-1)).toBe('leases/flotilla-shop');
  const again = ended(await made.run(['destroy', '--yes']));
  expect(again).toMatchObject({ code: 0 });
  expect(again.said).toContain('nothing to delete');
  expect(await leftOf(made, 'shop')).toEqual([]);
});

test('what a finalizer holds is named, the timeout explains it, and once it is free the same command ends', async () => {
  const made = await deployment('held', {
    'flotilla.yaml': chain('shop', ['base', 'outer'], '10s'),
    'base.yaml': configMap('base'),
    'outer.yaml': held,
  });
  expect(ended(await made.run(['deploy']))).toMatchObject({ code: 0 });
  const stuck = ended(await made.run(['destroy', '--yes', '-v']));
  expect(stuck.code).not.toBe(0);
  expect(stuck.said).toContain(
    'waiting for ConfigMap held/held to go (held by the finalizer lab.example/hold)',
  );
  expect(stuck.said).toContain('ConfigMap held/held is not gone yet: held by the finalizer lab.example/hold');
  expect(stuck.said).toContain('The controller that set the finalizer must remove it');
  expect(stuck.said).toContain('kubectl -n held get configmap held -o yaml');
  // A deploy would make it anew.
  expect(ended(await made.run(['diff']))).toMatchObject({
    code: 1,
    said: expect.stringMatching(/1 to create, .*1 unchanged/) as string,
  });
  // What it stands on is still there, and so is the inventory that knows of it.
  expect(await made.kubectl(['get', 'cm', 'base', 'flotilla-shop', '-o', 'name'])).toContain(
    'configmap/base',
  );
  await expectUnlocked(made);
  await removeFinalizers(made, 'configmap/held');
  expect(ended(await made.run(['destroy', '--yes']))).toMatchObject({ code: 0 });
  expect(await leftOf(made, 'shop')).toEqual([]);
});

test('claims and namespaces stay and are named, until --prune-stateful says otherwise', async () => {
  const made = await deployment('stateful', {
    'flotilla.yaml': chain('shop', ['db']),
    'db.yaml': documents(
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: stateful-more}\n',
      configMap('inside', ', namespace: stateful-more'),
      claim,
      configMap('db'),
    ),
  });
  expect(ended(await made.run(['deploy']))).toMatchObject({ code: 0 });
  const kept = ended(await made.run(['destroy', '--yes']));
  expect(kept).toMatchObject({ code: 0 });
  for (const said of ['PersistentVolumeClaim stateful/data', 'Namespace stateful-more', '--prune-stateful'])
    expect(kept.said).toContain(said);
  expect(await made.kubectl(['get', 'pvc', 'data', '-o', 'name'])).toContain('data');
  expect(await made.kubectl(['get', 'ns', 'stateful-more', '-o', 'name'])).toContain('stateful-more');
  expect(await cluster.kubectl(['-n', 'stateful-more', 'get', 'cm', 'inside'])).toMatchObject({ code: 1 });
  expect(ended(await made.run(['destroy', '--yes', '--prune-stateful']))).toMatchObject({ code: 0 });
  expect(await leftOf(made, 'shop')).toEqual([]);
  expect(await cluster.kubectl(['get', 'ns', 'stateful-more'])).toMatchObject({ code: 1 });
});

test('its own namespace, when the files bring it, goes with --prune-stateful, and all records with it', async () => {
  const made = await deployment('own-namespace', {
    'flotilla.yaml': chain('shop', ['db']),
    'db.yaml': documents(
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: own-namespace}\n',
      configMap('db'),
    ),
  });
  expect(ended(await made.run(['deploy']))).toMatchObject({ code: 0 });
  const gone = ended(await made.run(['destroy', '--yes', '--prune-stateful']));
  expect(gone).toMatchObject({ code: 0 });
  expect(gone.said).not.toMatch(/could not|cannot|is lost/);
  expect(await cluster.kubectl(['get', 'ns', 'own-namespace'])).toMatchObject({ code: 1 });
  // Once more: there is nothing to remove, and nowhere to lock.
  expect(ended(await made.run(['destroy', '--yes', '--prune-stateful']))).toMatchObject({ code: 0 });
});

test('killed in the middle, the same command goes on and leaves nothing', async () => {
  const made = await deployment('killed', {
    'flotilla.yaml': chain('shop', ['base', 'middle', 'outer']),
    'base.yaml': documents(configMap('base'), secret),
    'middle.yaml': held,
    'outer.yaml': workload('outer'),
  });
  expect(ended(await made.run(['deploy']))).toMatchObject({ code: 0 });
  let kill: ((signal: NodeJS.Signals) => void) | undefined;
  const args = ['destroy', '--yes', '-v', '-n', 'killed', '--kubeconfig', cluster.kubeconfig.admin];
  const dead = await flotilla([...args, '--lock-duration', '2'], {
    cwd: made.folder,
    onStart: (end) => {
      kill = end;
    },
    onOutput: (_stdout, stderr) => {
      if (stderr.includes('held by the finalizer')) kill?.('SIGKILL');
    },
  });
  expect(dead.signal).toBe('SIGKILL');
  expect(await leftOf(made, 'shop')).toEqual(expect.arrayContaining(['configmap/base', 'configmap/held']));
  await removeFinalizers(made, 'configmap/held');
  expect(ended(await made.run(['destroy', '--yes']))).toMatchObject({ code: 0 });
  expect(await leftOf(made, 'shop')).toEqual([]);
});
