import { ManualClock } from '../../testing/manual-clock.js';
import type { PluginCall, RunPlugin } from './exec-plugin.js';
import type { KubeContext, KubeUser } from './kubeconfig.js';
import { UserCredentials } from './user-credentials.js';

const EXEC = {
  apiVersion: 'client.authentication.k8s.io/v1',
  command: 'login',
  args: ['token'],
  env: { REGION: 'eu' },
  providesClusterInfo: true,
  interactiveMode: 'IfAvailable',
} as const;

interface Surroundings {
  readonly server?: string;
  readonly run?: RunPlugin;
  readonly hasTerminal?: boolean;
}

function credentialsFor(
  user: KubeUser,
  { server = 'https://api', run, hasTerminal = false }: Surroundings = {},
) {
  const clock = new ManualClock();
  const files: Record<string, string> = {};
  const wall = { nowMs: Date.parse('2026-01-01T00:00:00Z') };
  const context: KubeContext = {
    name: 'dev',
    namespace: 'default',
    server,
    insecure: false,
    user,
    cluster: {},
  };
  const credentials = new UserCredentials({
    context,
    clock,
    wallNowMs: () => wall.nowMs,
    runPlugin: run ?? (() => Promise.reject(new Error('no plugin expected'))),
    environment: {
      variables: { HOME: '/home/me' },
      homeFolder: '/home/me',
      workingFolder: '/',
      hasTerminal,
      readFile: (path) => Promise.resolve(files[path]),
    },
  });
  return { credentials, clock, files, wall };
}

const printing = (status: object) => ({
  stdout: JSON.stringify({ kind: 'ExecCredential', apiVersion: EXEC.apiVersion, status }),
});

test('one run of the plugin for 20 concurrent requests, without a shell, with what it must know', async () => {
  const runs: PluginCall[] = [];
  const { credentials } = credentialsFor(
    { exec: EXEC },
    {
      run: (call) => {
        runs.push(call);
        return Promise.resolve(printing({ token: 'abc' }));
      },
    },
  );
  const all = await Promise.all(Array.from({ length: 20 }, () => credentials.current()));
  expect(new Set(all.map((one) => one.ok && one.identity.headers['authorization']))).toEqual(
    new Set(['Bearer abc']),
  );
  expect(runs).toHaveLength(1);
  const { variables, ...call } = runs[0]!;
  expect(call).toEqual({ command: 'login', args: ['token'], interactive: false });
  expect(variables).toMatchObject({ HOME: '/home/me', REGION: 'eu' });
  expect(JSON.parse(variables['KUBERNETES_EXEC_INFO'] ?? '')).toEqual({
    kind: 'ExecCredential',
    apiVersion: EXEC.apiVersion,
    spec: { interactive: false, cluster: { server: 'https://api', config: null } },
  });
});

test('runs the plugin again when its credential expires and, once for all, when it is refused', async () => {
  let runs = 0;
  const run: RunPlugin = () => {
    runs += 1;
    return Promise.resolve(printing({ token: `t${runs}`, expirationTimestamp: '2026-01-01T01:00:00Z' }));
  };
  const { credentials, wall } = credentialsFor({ exec: EXEC }, { run });
  const first = await credentials.current();
  if (!first.ok) throw new Error(first.message);
  expect(await credentials.renew(first.identity)).toBe(true);
  await credentials.current();
  // A second request that was refused with the first token does not cost another run.
  expect(await credentials.renew(first.identity)).toBe(true);
  await credentials.current();
  expect(runs).toBe(2);
  wall.nowMs += 3_600_000;
  expect(await credentials.current()).toMatchObject({
    identity: { headers: { authorization: 'Bearer t3' } },
  });
});

test('a certificate of a plugin is shown in the handshake', async () => {
  const run: RunPlugin = () => Promise.resolve(printing({ clientCertificateData: 'C', clientKeyData: 'K' }));
  const { credentials } = credentialsFor({ exec: EXEC }, { run });
  expect(await credentials.current()).toMatchObject({
    identity: { headers: {}, certificate: { cert: 'C', key: 'K' } },
  });
});

test.each<[string, Awaited<ReturnType<RunPlugin>>, string]>([
  [
    'is missing',
    { stdout: '', error: { isMissing: true, message: 'x' } },
    'the credential plugin login is not installed: brew install login',
  ],
  [
    'fails',
    { stdout: '', error: { isMissing: false, message: 'it ended with 1: log in first' } },
    'the credential plugin login failed: it ended with 1: log in first',
  ],
  [
    'prints something else',
    { stdout: 'secret' },
    'the credential plugin login did not print an ExecCredential of client.authentication.k8s.io/v1',
  ],
  [
    'has no credential',
    printing({}),
    'the credential plugin login printed neither a token nor a certificate',
  ],
  [
    'forgets the key',
    printing({ token: 'a', clientCertificateData: 'C' }),
    'the credential plugin login printed a certificate without a key, or a key without a certificate',
  ],
])('says so when the plugin %s', async (_what, result, message) => {
  const exec = { ...EXEC, installHint: 'brew install login' };
  const { credentials } = credentialsFor({ exec }, { run: () => Promise.resolve(result) });
  expect(await credentials.current()).toEqual({ ok: false, message });
});

test('reads a token file again after a minute, and after a refusal', async () => {
  const { credentials, clock, files } = credentialsFor({ token: { from: 'file', path: '/token' } });
  const token = async () => {
    const now = await credentials.current();
    return now.ok ? now.identity.headers['authorization'] : now.message;
  };
  expect(await token()).toBe('the credentials of context dev cannot be had: there is no file /token');
  files['/token'] = 'one\n';
  expect(await token()).toBe('Bearer one');
  files['/token'] = 'two';
  expect(await token()).toBe('Bearer one');
  clock.advance(60_000);
  expect(await token()).toBe('Bearer two');
  files['/token'] = 'three';
  const now = await credentials.current();
  expect(now.ok && (await credentials.renew(now.identity))).toBe(true);
  expect(await token()).toBe('Bearer three');
});

test('a token file that has gone leaves what it said last, and before that the token beside it', async () => {
  const { credentials, clock, files } = credentialsFor({
    token: { from: 'file', path: '/token' },
    spareToken: 'spare',
  });
  const authorization = async () => {
    const now = await credentials.current();
    return now.ok && now.identity.headers['authorization'];
  };
  expect(await authorization()).toBe('Bearer spare');
  clock.advance(60_000);
  files['/token'] = 'one';
  expect(await authorization()).toBe('Bearer one');
  clock.advance(60_000);
  delete files['/token'];
  expect(await authorization()).toBe('Bearer one');
});

test.each([
  ['Never', true, false],
  ['IfAvailable', true, true],
  ['IfAvailable', false, false],
  ['Always', true, true],
] as const)(
  'interactiveMode %s with a terminal (%s) is interactive: %s',
  async (mode, hasTerminal, expected) => {
    const runs: PluginCall[] = [];
    const run: RunPlugin = (call) => {
      runs.push(call);
      return Promise.resolve(printing({ token: 'abc' }));
    };
    const exec = { ...EXEC, interactiveMode: mode };
    await credentialsFor({ exec }, { run, hasTerminal }).credentials.current();
    const [{ interactive, variables }] = runs as [PluginCall];
    expect(interactive).toBe(expected);
    expect(variables['KUBERNETES_EXEC_INFO']).toContain(`"interactive":${String(expected)}`);
  },
);

test('a plugin is not run by who has credentials of their own, nor over plain http', async () => {
  const text = (value: string) => ({ from: 'text' as const, text: value });
  const users: readonly KubeUser[] = [
    { token: text('mine') },
    { basic: { username: 'jane', password: 'pw' } },
    { certificate: { cert: text('C'), key: text('K') } },
  ];
  for (const user of users)
    expect(await credentialsFor({ exec: EXEC, ...user }).credentials.current()).toMatchObject({ ok: true });
  expect(await credentialsFor({ exec: EXEC }, { server: 'http://api' }).credentials.current()).toEqual({
    ok: true,
    identity: { headers: {} },
  });
});

test('over plain http no secret is sent, impersonation is', async () => {
  const user: KubeUser = {
    token: { from: 'text', text: 'hush' },
    impersonation: { user: 'jane', uid: '7', groups: ['a', 'b'], extra: { 'Example.com/x': ['1'] } },
  };
  const headers = {
    'impersonate-user': 'jane',
    'impersonate-uid': '7',
    'impersonate-group': ['a', 'b'],
    'impersonate-extra-example.com%2Fx': ['1'],
  };
  const plain = await credentialsFor(user, { server: 'http://api' }).credentials.current();
  expect(plain).toEqual({ ok: true, identity: { headers } });
  const secure = await credentialsFor(user).credentials.current();
  expect(secure).toMatchObject({ identity: { headers: { ...headers, authorization: 'Bearer hush' } } });
});

test('a password is sent as basic authentication; nothing can renew it', async () => {
  const { credentials } = credentialsFor({ basic: { username: 'jane', password: 'pw' } });
  const now = await credentials.current();
  expect(now).toMatchObject({ identity: { headers: { authorization: 'Basic amFuZTpwdw==' } } });
  expect(now.ok && (await credentials.renew(now.identity))).toBe(false);
});
