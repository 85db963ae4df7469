import { generateKeyPairSync } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import type { Clock } from '@flotilla/core';
import { ManualClock } from '../testing/manual-clock.js';
import { answerJson, answerStatus, startScriptedServer } from '../testing/scripted-server.js';
import type { Script, ScriptedServer } from '../testing/scripted-server.js';
import { connectCluster } from './connect-cluster.js';
import type { ConnectClusterOptions } from './connect-cluster.js';

const open: { server?: ScriptedServer } = {};

afterEach(async () => {
  await open.server?.close();
  delete open.server;
});

async function serve(script: Script): Promise<ScriptedServer> {
  const server = await startScriptedServer(script);
  open.server = server;
  return server;
}

const serveNothing: Script = (_request, response) => {
  answerJson(response, { kind: 'APIGroupDiscoveryList', items: [] });
};

function configFor(server: string): string {
  return JSON.stringify({
    'current-context': 'dev',
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: { token: 'hush' } }],
    contexts: [
      { name: 'dev', context: { cluster: 'c', user: 'u', namespace: 'shop' } },
      { name: 'staging', context: { cluster: 'c', user: 'u' } },
    ],
  });
}

function connect(
  files: Readonly<Record<string, string>>,
  options: Partial<ConnectClusterOptions> & { readonly variables?: Readonly<Record<string, string>> } = {},
) {
  const { variables = {}, ...rest } = options;
  return connectCluster({
    environment: {
      variables,
      homeFolder: '/home/me',
      workingFolder: '/work',
      readFile: (path) => Promise.resolve(files[path]),
    },
    clock: new ManualClock(),
    random: () => 0.5,
    ...rest,
  });
}

test('takes the current context of ~/.kube/config', async () => {
  const { url } = await serve(serveNothing);
  const connected = await connect({ '/home/me/.kube/config': configFor(url) });
  if (!connected.ok) throw new Error(connected.refusal.message);
  const { cluster } = connected;
  expect(cluster).toMatchObject({ server: url, context: 'dev', defaultNamespace: 'shop' });
  cluster.close();
});

test('KUBECONFIG may name files that are missing; --context and --namespace are obeyed', async () => {
  const { url } = await serve(serveNothing);
  const connected = await connect(
    { '/work/two': configFor(url) },
    { variables: { KUBECONFIG: '/gone:two:' }, context: 'staging', namespace: 'mine' },
  );
  if (!connected.ok) throw new Error(connected.refusal.message);
  const { cluster } = connected;
  expect(cluster).toMatchObject({ context: 'staging', defaultNamespace: 'mine' });
  cluster.close();
});

test.each<[string, Parameters<typeof connect>, object]>([
  [
    'no kubeconfig',
    [{}],
    {
      exitCode: 78,
      message: 'there is no kubeconfig: /home/me/.kube/config not found',
      help: 'Name one with --kubeconfig, or try without a cluster: --cluster embedded',
    },
  ],
  [
    'a file that is named and missing',
    [{}, { kubeconfig: 'mine' }],
    { exitCode: 78, message: 'there is no kubeconfig /work/mine' },
  ],
  [
    'an unknown context',
    [{ '/work/mine': configFor('http://127.0.0.1:1') }, { kubeconfig: 'mine', context: 'stagin' }],
    {
      exitCode: 78,
      message: 'there is no context stagin in /work/mine',
      help: 'Did you mean staging? Known contexts: dev, staging. Choose one with --context.',
    },
  ],
  [
    'no current context',
    [{ '/work/mine': configFor('http://127.0.0.1:1').replace('"dev"', '""') }, { kubeconfig: 'mine' }],
    {
      exitCode: 78,
      message: '/work/mine has no current context',
      help: 'Known contexts: dev, staging. Choose one with --context.',
    },
  ],
  [
    'a server that is no address',
    [{ '/work/mine': configFor('https://:') }, { kubeconfig: 'mine' }],
    { exitCode: 78, message: 'context dev: "https://:" is not an address' },
  ],
])('refuses %s', async (_what, [files, options], refusal) => {
  expect(await connect(files, options)).toEqual({ ok: false, refusal });
});

const base64 = (text: string) => Buffer.from(text).toString('base64');
const [rootCertificate = ''] = rootCertificates;
const { privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

test.each<[what: string, parts: { readonly cluster?: object; readonly user?: object }, message: string]>([
  [
    'an authority that is no PEM',
    { cluster: { 'certificate-authority-data': base64('nonsense') } },
    'certificate-authority-data of its cluster holds no certificate in PEM form (-----BEGIN …)',
  ],
  [
    'a client certificate that is no PEM',
    { user: { 'client-certificate-data': base64('nonsense'), 'client-key-data': base64(privateKey) } },
    'client-certificate-data of its user holds no certificate in PEM form (-----BEGIN …)',
  ],
  [
    'a file of a client certificate that is no PEM',
    { user: { 'client-certificate': 'me.crt', 'client-key-data': base64(privateKey) } },
    '/home/me/.kube/me.crt, client-certificate of its user, holds no certificate in PEM form (-----BEGIN …)',
  ],
  [
    'a client key that is no PEM',
    { user: { 'client-certificate-data': base64(rootCertificate), 'client-key-data': base64('nonsense') } },
    'client-key-data of its user holds no private key without a password in PEM form (-----BEGIN …)',
  ],
  [
    'the key of another certificate',
    { user: { 'client-certificate-data': base64(rootCertificate), 'client-key-data': base64(privateKey) } },
    'client-key-data of its user is not the key of client-certificate-data of its user',
  ],
])('refuses %s before it connects', async (_what, { cluster, user = {} }, message) => {
  const config = {
    'current-context': 'dev',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'dev', context: { cluster: 'c', user: 'u' } }],
  };
  const files = { '/home/me/.kube/config': JSON.stringify(config), '/home/me/.kube/me.crt': 'nonsense' };
  expect(await connect(files)).toEqual({
    ok: false,
    refusal: { exitCode: 78, message: `/home/me/.kube/config: context dev: ${message}` },
  });
});

test.each([
  [401, 77, 'the server does not accept the credentials (context dev, URL)'],
  [403, 77, 'you may not (context dev, URL)'],
])('refuses when the server answers %i', async (code, exitCode, message) => {
  const { url } = await serve((_request, response) => {
    answerStatus(response, code, { message: 'you may not' });
  });
  const connected = await connect({ '/home/me/.kube/config': configFor(url) });
  expect(connected).toMatchObject({ ok: false, refusal: { exitCode, message: message.replace('URL', url) } });
});

test('a server that does not answer is unreachable', async () => {
  const server = await serve(serveNothing);
  await server.close();
  let nowMs = 0;
  // Waits between tries pass at once, deadlines never: two requests are under way side by side.
  const hasty: Clock = {
    now: () => nowMs,
    until: (atMs) => {
      if (atMs - nowMs > 20_000) return new Promise(() => undefined);
      nowMs = atMs;
      return Promise.resolve();
    },
  };
  const connected = await connect({ '/home/me/.kube/config': configFor(server.url) }, { clock: hasty });
  expect(connected).toMatchObject({ ok: false, refusal: { exitCode: 69 } });
  expect(!connected.ok && connected.refusal.message).toMatch(
    /^http:\/\/127\.0\.0\.1:\d+ cannot be reached: connect ECONNREFUSED .* \(context dev\)$/,
  );
});

test('in a pod its service account is used', async () => {
  const folder = '/var/run/secrets/kubernetes.io/serviceaccount';
  const connected = await connect(
    { [`${folder}/token`]: 't', [`${folder}/namespace`]: 'ns' },
    { variables: { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' } },
  );
  // Its authority is missing here, which proves where it was looked for.
  expect(connected).toEqual({
    ok: false,
    refusal: {
      exitCode: 78,
      message: `the certificate authority of context in-cluster cannot be read: there is no file ${folder}/ca.crt`,
    },
  });
});
