import { connectTo, type Cluster, type SharedWatch, type WatchEvent } from '@flotilla/k8s-executor';
import { adminIdentity } from './testing/admin-identity.js';
import { askUntil } from './testing/ask-until.js';
import { awaitRight } from './testing/await-right.js';
import { flotilla } from './testing/flotilla.js';
import { useControlPlane } from './testing/use-control-plane.js';

const { cluster, deployment } = useControlPlane({ nodes: { nodes: 0 } });
let ca: string;
const connections: Cluster[] = [];

beforeAll(async () => {
  ca = (await adminIdentity(cluster)).authority;
});

afterAll(() => {
  for (const connection of connections) connection.close();
});

async function kubectl(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(words);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** The token of an account of its own that may do these things with everything. */
async function createAccount(name: string, verbs: string): Promise<string> {
  await kubectl('create', 'serviceaccount', name);
  await kubectl('create', 'clusterrole', name, `--verb=${verbs}`, '--resource=*.*');
  await kubectl(
    'create',
    'clusterrolebinding',
    name,
    `--clusterrole=${name}`,
    `--serviceaccount=default:${name}`,
  );
  const right = { user: `system:serviceaccount:default:${name}`, namespace: 'default', group: '' };
  const [verb = ''] = verbs.split(',');
  await awaitRight(cluster.client, { ...right, verb, resource: 'configmaps' });
  return (await kubectl('create', 'token', name)).trim();
}

async function connectAs(name: string, verbs: string): Promise<Cluster> {
  const token = await createAccount(name, verbs);
  const connection = connectTo({
    server: cluster.server,
    context: 'test',
    defaultNamespace: 'default',
    ca,
    token,
  });
  connections.push(connection);
  return connection;
}

async function watchOf(connection: Cluster, kind: string, namespace: string) {
  const found = await connection.resource(kind === 'Cog' ? 'acme.example/v1' : 'v1', kind);
  if (!found.ok || found.value === undefined) throw new Error(`no ${kind}`);
  return connection.watch(found.value, namespace);
}

/** Resolves with the first event from now on that is looked for. */
function eventOf(watch: SharedWatch, type: WatchEvent['type'], name?: string): Promise<WatchEvent> {
  return new Promise((resolve) => {
    const stop = watch.subscribe((event) => {
      const isNamed = name === undefined || (event.type !== 'synced' && event.object.metadata.name === name);
      if (event.type !== type || !isNamed) return;
      stop();
      resolve(event);
    });
  });
}

/** Resolves when the watch goes down or comes up again. */
function troubleOf(watch: SharedWatch): Promise<void> {
  return new Promise((resolve) => {
    const stop = watch.onTrouble?.(() => {
      stop?.();
      resolve();
    });
  });
}

/** `list` and `watch` requests of an account for a plural, as `watch`, `watch from nothing` or `list`, with its answer. */
async function requestsOf(account: string, plural: string): Promise<readonly string[]> {
  const events = await cluster.audit();
  return events
    .filter(({ user, requestURI }) => user.endsWith(`:${account}`) && requestURI.includes(`/${plural}`))
    .map(({ verb, requestURI, code }) =>
      [verb, ...(requestURI.includes('sendInitialEvents') ? ['from nothing'] : []), String(code)].join(' '),
    );
}

const configMap = (name: string) => ['create', 'configmap', name] as const;

test('one request tells what there is and what comes, to all who ask', async () => {
  const connection = await connectAs('watcher', 'get,list,watch');
  await kubectl(...configMap('before'));
  const watch = await watchOf(connection, 'ConfigMap', 'default');
  expect(await watchOf(connection, 'ConfigMap', 'default')).toBe(watch);
  await watch.synced;
  expect(watch.get('before')).toBeDefined();
  const came = eventOf(watch, 'changed', 'after');
  const went = eventOf(watch, 'deleted', 'before');
  await kubectl(...configMap('after'));
  await kubectl('delete', 'configmap', 'before');
  await Promise.all([came, went]);
  expect(watch.get('before')).toBeUndefined();
  connection.close();
  // The audit log has a watch when it has ended.
  await askUntil('the watch is logged', async () => (await requestsOf('watcher', 'configmaps')).length > 0);
  expect(await requestsOf('watcher', 'configmaps')).toEqual(['watch from nothing 200']);
});

test('who may list but not watch is told by lists', async () => {
  const connection = await connectAs('lister', 'get,list');
  const watch = await watchOf(connection, 'ConfigMap', 'default');
  await watch.synced;
  const came = eventOf(watch, 'changed', 'listed');
  await kubectl(...configMap('listed'));
  await came;
  const requests = await requestsOf('lister', 'configmaps');
  expect(requests.filter((request) => request.startsWith('watch'))).toEqual(['watch from nothing 403']);
  expect(requests.filter((request) => request === 'list 200').length).toBeGreaterThanOrEqual(2);
});

test('who may not even list is told why nothing is seen', async () => {
  const connection = await connectAs('nobody', 'get');
  const watch = await watchOf(connection, 'ConfigMap', 'default');
  await troubleOf(watch);
  expect(watch.trouble?.()).toMatchObject({ kind: 'status', code: 403 });
});

describe('a deployment by an account with few rights', () => {
  const settings = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n';
  const web = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 0
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}
`;
  const writing = 'get,create,patch,update,delete';

  async function deployAs(account: string, verbs: string) {
    const token = await createAccount(account, verbs);
    const made = await deployment(account, {
      'flotilla.yaml': 'name: shop\nservices:\n  - name: web\n    manifests: [web.yaml]\n',
      'web.yaml': `${settings}---\n${web}`,
      'kubeconfig.yaml': JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [
          {
            name: 'c',
            cluster: {
              server: cluster.server,
              'certificate-authority-data': Buffer.from(ca).toString('base64'),
            },
          },
        ],
        users: [{ name: 'u', user: { token } }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'c',
      }),
    });
    const where = ['-f', 'flotilla.yaml', '--kubeconfig', 'kubeconfig.yaml', '-n', account];
    return flotilla(['deploy', ...where], { cwd: made.folder });
  }

  test('goes on without the right to watch', async () => {
    const { code, stdout, stderr } = await deployAs('no-watch', `${writing},list`);
    expect({ code, said: stdout + stderr }).toMatchObject({ code: 0 });
  });

  test('is refused without the right to list, which it names', async () => {
    const { code, stderr } = await deployAs('no-list', writing);
    expect({ code, stderr }).toMatchObject({ code: 77 });
    expect(stderr).toContain('list deployments.apps in namespace no-list');
    expect(stderr).not.toContain('list configmaps');
  });
});

test('a namespace may come later', async () => {
  const connection = await connectAs('early', 'get,list,watch');
  const watch = await watchOf(connection, 'ConfigMap', 'later');
  await watch.synced;
  const came = eventOf(watch, 'changed', 'there');
  await kubectl('create', 'namespace', 'later');
  await kubectl('-n', 'later', ...configMap('there'));
  await came;
});

describe('a kind that goes and comes back', () => {
  const crd = JSON.stringify({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'cogs.acme.example' },
    spec: {
      group: 'acme.example',
      scope: 'Namespaced',
      names: { plural: 'cogs', singular: 'cog', kind: 'Cog' },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  });
  const cog = (name: string) =>
    JSON.stringify({ apiVersion: 'acme.example/v1', kind: 'Cog', metadata: { name, namespace: 'default' } });

  async function apply(text: string): Promise<void> {
    const { code, stderr } = await cluster.kubectl(['apply', '--server-side', '-f', '-'], text);
    if (code !== 0) throw new Error(stderr);
  }

  async function establish(): Promise<void> {
    await apply(crd);
    await kubectl('wait', '--for=condition=Established', 'crd/cogs.acme.example', '--timeout=300s');
    // Established is said a moment before it is served.
    await askUntil('cogs are served', async () => (await cluster.kubectl(['get', 'cogs'])).code === 0);
  }

  test('is watched again, and its old objects are gone', async () => {
    const connection = await connectAs('comeback', 'get,list,watch');
    await establish();
    connection.forgetResources();
    await apply(cog('first'));
    const watch = await watchOf(connection, 'Cog', 'default');
    await watch.synced;
    expect(watch.get('first')).toBeDefined();
    const gone = eventOf(watch, 'deleted', 'first');
    await kubectl('delete', 'crd', 'cogs.acme.example');
    await gone;
    const back = eventOf(watch, 'changed', 'second');
    await establish();
    await apply(cog('second'));
    await back;
    expect(watch.list().map(({ metadata }) => metadata.name)).toEqual(['second']);
  });
});

test('an API server that dies and comes back is watched on from where it was: nothing is told twice', async () => {
  const connection = await connectAs('patient', 'get,list,watch');
  await kubectl('create', 'secret', 'generic', 'old');
  const watch = await watchOf(connection, 'Secret', 'default');
  await watch.synced;
  const told: string[] = [];
  watch.subscribe((event) => {
    if (event.type === 'changed') told.push(event.object.metadata.name);
  });
  await cluster.restartApiServer();
  const came = eventOf(watch, 'changed', 'new');
  await kubectl('create', 'secret', 'generic', 'new');
  await came;
  expect(told).toEqual(['new']);
  expect(watch.trouble?.()).toBeUndefined();
});
