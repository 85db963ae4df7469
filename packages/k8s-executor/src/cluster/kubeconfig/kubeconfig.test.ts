import { resolveContext } from './kubeconfig.js';
import type { KubeContext } from './kubeconfig.js';
import { mergeKubeconfigs } from './kubeconfig-document.js';

interface Parts {
  readonly cluster?: object;
  readonly user?: object;
  readonly context?: object;
}

/** A kubeconfig as JSON, which is YAML too. */
function configText({ cluster, user, context }: Parts = {}): string {
  return JSON.stringify({
    'current-context': 'dev',
    clusters: [{ name: 'c', cluster: { server: 'https://c:6443', ...cluster } }],
    users: [{ name: 'u', user: user ?? {} }],
    contexts: [{ name: 'dev', context: { cluster: 'c', user: 'u', ...context } }],
  });
}

function resolveOne(parts: Parts) {
  const read = mergeKubeconfigs([{ path: '/home/me/.kube/config', text: configText(parts) }]);
  if (!read.ok) throw new Error(read.message);
  return resolveContext(read.merged, 'dev');
}

function resolved(parts: Parts): KubeContext {
  const result = resolveOne(parts);
  if (!result.ok) throw new Error(result.message);
  return result.context;
}

describe('several files', () => {
  const file = (path: string, text: string) => ({ path, text });

  test('the first file wins for each name; entries are not mixed; the first current-context counts', () => {
    const read = mergeKubeconfigs([
      file('/a/config', 'users: [{name: u, user: {token: one}}]\ncontexts: []'),
      file('/b/config', configText({ user: { token: 'two', as: 'other' } })),
      file('/c/config', 'current-context: prod\nclusters: [{name: d, cluster: {server: "https://d"}}]'),
    ]);
    expect(read.ok && read.merged.currentContext).toBe('dev');
    expect(read.ok && [...read.merged.clusters.keys()]).toEqual(['c', 'd']);
    const context = read.ok ? resolveContext(read.merged, 'dev') : undefined;
    expect(context).toMatchObject({ ok: true, context: { user: { token: { from: 'text', text: 'one' } } } });
    expect(context).not.toHaveProperty('context.user.impersonation');
  });

  test.each([
    ['a text', 'hello', '/a/config is not a kubeconfig: it is not a YAML mapping'],
    ['broken YAML', 'a: b: c: token', '/a/config is not a kubeconfig: it is not a YAML mapping'],
    [
      'something else',
      'kind: Pod\napiVersion: v1',
      '/a/config is not a kubeconfig: its kind is not Config in v1',
    ],
    ['a name twice', 'users: [{name: u}, {name: u}]', '/a/config has two users named u'],
  ])('%s is refused by the name of its file', (_what, text, message) => {
    expect(mergeKubeconfigs([file('/a/config', text)])).toEqual({ ok: false, message });
  });

  test('an empty file is an empty kubeconfig', () => {
    expect(mergeKubeconfigs([file('/a/config', '\n')])).toMatchObject({ ok: true });
  });
});

describe('a context', () => {
  test('has the namespace default unless it names one', () => {
    expect(resolved({}).namespace).toBe('default');
    expect(resolved({ context: { namespace: 'shop' } }).namespace).toBe('shop');
  });

  test('reads data from the file and paths from its folder', () => {
    const context = resolved({
      cluster: { 'certificate-authority': 'ca.pem', 'tls-server-name': 'api', 'proxy-url': 'socks5://p:1' },
      user: { 'client-certificate-data': 'Q0VSVA==', 'client-key': '/keys/key.pem', tokenFile: 'token' },
    });
    expect(context).toMatchObject({
      ca: { from: 'file', path: '/home/me/.kube/ca.pem' },
      serverName: 'api',
      proxy: 'socks5://p:1',
      user: {
        certificate: { cert: { from: 'text', text: 'CERT' }, key: { from: 'file', path: '/keys/key.pem' } },
        token: { from: 'file', path: '/home/me/.kube/token' },
      },
    });
  });

  test('the token file beats the token', () => {
    expect(resolved({ user: { token: 'old', tokenFile: '/t' } }).user.token).toEqual({
      from: 'file',
      path: '/t',
    });
  });

  test('impersonates user, uid, groups and extras', () => {
    const user = {
      as: 'jane',
      'as-uid': '7',
      'as-groups': ['dev', 'ops'],
      'as-user-extra': { reason: ['a', 'b'] },
    };
    expect(resolved({ user }).user.impersonation).toEqual({
      user: 'jane',
      uid: '7',
      groups: ['dev', 'ops'],
      extra: { reason: ['a', 'b'] },
    });
  });

  test.each([
    ['aws', 'aws'],
    ['./bin/login', '/home/me/.kube/bin/login'],
    ['/opt/login', '/opt/login'],
  ])('the plugin %s is run as %s', (command, path) => {
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command,
      args: ['get'],
      interactiveMode: 'Never',
      env: [{ name: 'A', value: 'b' }],
    };
    expect(resolved({ user: { exec } }).user.exec).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      command: path,
      args: ['get'],
      env: { A: 'b' },
      providesClusterInfo: false,
      interactiveMode: 'Never',
    });
  });

  test.each([
    ['127.0.0.1:80', {}, 'http://127.0.0.1:80'],
    ['127.0.0.1:80', { 'insecure-skip-tls-verify': true }, 'http://127.0.0.1:80'],
    ['https://rancher/k8s/clusters/c-1', {}, 'https://rancher/k8s/clusters/c-1'],
  ])('the server %s with %j is %s', (server, cluster, expected) => {
    expect(resolved({ cluster: { server, ...cluster } }).server).toBe(expected);
  });

  const twoForms = { 'client-certificate': 'a', 'client-certificate-data': 'YQ==' };
  test.each<[string, Parts, string]>([
    [
      'an unknown cluster',
      { context: { cluster: 'x' } },
      'context dev names the cluster "x", which is not defined',
    ],
    ['an unknown user', { context: { user: 'x' } }, 'context dev names the user "x", which is not defined'],
    ['no server', { cluster: { server: '' } }, 'context dev: its cluster has no server'],
    [
      'certificate data and file',
      { user: twoForms },
      'context dev: client-certificate and client-certificate-data are both given; keep one',
    ],
    [
      'a certificate without key',
      { user: { 'client-certificate': 'a' } },
      'context dev: its user has a client certificate but no client key',
    ],
    [
      'a key without certificate',
      { user: { 'client-key': 'a' } },
      'context dev: its user has a client key but no client certificate',
    ],
    [
      'a password without a name',
      { user: { password: 'a' } },
      'context dev: its user has a password but no username',
    ],
    [
      'a plugin that does not say whether it talks',
      { user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'a' } } },
      'context dev: the exec plugin of its user needs an interactiveMode: Never, IfAvailable or Always',
    ],
    [
      'data that is not base64',
      { cluster: { 'certificate-authority-data': '***' } },
      'context dev: certificate-authority-data is not base64',
    ],
    [
      'a switch in quotes',
      { cluster: { 'insecure-skip-tls-verify': 'true' } },
      'context dev: insecure-skip-tls-verify of its cluster is neither true nor false; take away the quotes',
    ],
    [
      'token and password',
      { user: { token: 'a', password: 'b' } },
      'context dev: its user has a token and a password, only one of them is allowed',
    ],
    [
      'groups without user',
      { user: { 'as-groups': ['a'] } },
      'context dev: its user impersonates groups, a uid or extras, but no user (as)',
    ],
    [
      'a number as token',
      { user: { token: 12 } },
      'context dev: token of its user is not a text; put it in quotes',
    ],
    [
      'an authority that is not to be asked',
      { cluster: { 'certificate-authority': 'a', 'insecure-skip-tls-verify': true } },
      'context dev: its cluster has a certificate authority and insecure-skip-tls-verify, which exclude each other',
    ],
  ])('%s is refused', (_what, parts, message) => {
    expect(resolveOne(parts)).toEqual({ ok: false, message });
  });
});
