import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { observe, writeFiles, type Conduct } from './credentials/clients.js';
import { fileCases } from './credentials/file-cases.js';
import { kubeconfig, type KubeconfigCase } from './credentials/kubeconfig-case.js';
import { pluginCases } from './credentials/plugin-cases.js';
import { startRecordingServers, type RecordingServers } from './credentials/recording-servers.js';
import { serverCases } from './credentials/server-cases.js';
import { userCases } from './credentials/user-cases.js';
import { openTerminal } from './testing/terminal.js';

let servers: RecordingServers;

beforeAll(async () => {
  servers = await startRecordingServers();
});

afterAll(async () => {
  await servers.close();
});

/** What must be the same: whom it asked, as whom, with which credentials, and how often its plugin ran. */
function essence({ identities, pluginRuns }: Conduct) {
  return { identities, pluginRuns };
}

function manner({ identities }: Conduct): KubeconfigCase['kubectl'] {
  return identities.length > 0 ? 'asks' : 'refuses';
}

/** The rows are named before the servers have their addresses. */
const nowhere: RecordingServers = {
  urls: { one: 'https://127.0.0.1:1', two: 'https://127.0.0.1:2', plain: 'http://127.0.0.1:3' },
  proxy: 'http://127.0.0.1:4',
  socks: 'socks5://127.0.0.1:5',
  authority: '',
  stranger: '',
  client: { key: '', certificate: '' },
  refuse: () => undefined,
  take: () => [],
  close: () => Promise.resolve(),
};

const tables: readonly (readonly [string, (servers: RecordingServers) => readonly KubeconfigCase[]])[] = [
  ['files', fileCases],
  ['users', userCases],
  ['servers and proxies', serverCases],
  ['credential plugins', pluginCases],
];

describe.each(tables)('Flotilla reads a kubeconfig as kubectl does: %s', (_table, casesOf) => {
  test.each(casesOf(nowhere).map(({ what, differs }, at) => [what, differs ?? 'the same', at] as const))(
    '%s (%s)',
    async (_what, _why, at) => {
      const given = casesOf(servers)[at]!;
      const kubectl = await observe('kubectl', given, servers);
      const ours = await observe('flotilla', given, servers);
      // Stands on both sides, so that a row that fails shows what the two said.
      const said = { kubectl: kubectl.ended.stderr, flotilla: ours.ended.stderr };
      expect({ kubectl: manner(kubectl), said }).toEqual({ kubectl: given.kubectl, said });
      if (given.differs === undefined)
        expect({ ...essence(ours), said }).toEqual({ ...essence(kubectl), said });
      else expect(manner(ours)).not.toBe(manner(kubectl));
    },
  );
});

test('on a terminal a credential plugin may ask the person', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-kubeconfig-'));
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: './ask.sh',
    interactiveMode: 'Always',
  };
  const answer = '{"kind":"ExecCredential","apiVersion":"%s","status":{"token":"%s"}}';
  await writeFiles(folder, {
    'flotilla.yaml': 'name: x\nservices: [{name: a, image: b}]\n',
    config: kubeconfig(servers, { user: { exec } }),
    'ask.sh': `#!/bin/sh\nprintf 'Your code: ' >&2\nread -r code\nprintf '${answer}' '${exec.apiVersion}' "$code"\n`,
  });
  const terminal = await openTerminal({ columns: 100, rows: 24, cwd: folder });
  try {
    servers.refuse(undefined);
    servers.take();
    const command = fileURLToPath(new URL('../../packages/cli/bin/flotilla.js', import.meta.url));
    await terminal.press(
      `${process.execPath} ${command} status --kubeconfig config; echo "exit=$?"`,
      'Enter',
    );
    await terminal.waitFor('Your code:');
    await terminal.press('from-the-person', 'Enter');
    await terminal.waitFor('exit=65');
    const authorizations = servers.take().map(({ authorization }) => authorization);
    expect([...new Set(authorizations)]).toEqual(['Bearer from-the-person']);
  } finally {
    await terminal.close();
    await rm(folder, { recursive: true });
  }
});
