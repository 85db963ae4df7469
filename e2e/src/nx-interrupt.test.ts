import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane, type ControlPlane } from './control-plane/control-plane.js';
import { runProgram, type ProgramResult } from './control-plane/run-program.js';
import { layOutNxWorkspace, nxVersions, type NxWorkspace } from './testing/nx-workspace.js';
import { packPackages, type PackedPackages } from './testing/packed.js';

// The image cannot be pulled: the run waits until somebody stops it.
const files = {
  'nx.json': '{"plugins": ["@flotilla/nx-plugin"], "neverConnectToCloud": true, "analytics": false}',
  'patience/project.json': '{"name": "patience"}',
  'patience/flotilla.yaml': 'name: patience\nservices: [{name: slow, image: "registry.invalid/slow:1"}]\n',
};

let cluster: ControlPlane;
let folder: string;
let packed: PackedPackages;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-tarballs-'));
  packed = await packPackages(folder);
  cluster = await startControlPlane({ audit: false });
});

afterAll(async () => {
  await cluster.stop();
  await rm(folder, { recursive: true });
});

describe.each(nxVersions)('Nx %s', (version) => {
  let workspace: NxWorkspace;

  beforeAll(async () => {
    workspace = await layOutNxWorkspace(version, packed, files);
  });

  afterAll(async () => {
    await workspace.remove();
  });

  test.each([
    ['Ctrl-C, which reaches Nx and all its children', 'SIGINT', true],
    ['a SIGINT that only Nx gets', 'SIGINT', false],
    ['a SIGTERM that only Nx gets, as from CI', 'SIGTERM', false],
  ] as const)(
    '%s ends the run in order: nothing is left running, the lock is free, the receipt tells',
    async (_what, signal, ownGroup) => {
      const namespace = `nx-${version.replaceAll('.', '-')}-${signal.toLowerCase()}-${ownGroup ? 'all' : 'one'}`;
      await cluster.kubectl(['create', 'namespace', namespace]);
      const ended = await deployAndStop(namespace, { signal, ownGroup });
      expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 130 });
      expect(await processesOf(workspace)).toEqual([]);
      expect(await read(namespace, 'lease', 'flotilla-patience')).toBe('');
      const receipt = JSON.parse(await read(namespace, 'configmap', 'flotilla-patience.receipt')) as {
        data: Record<string, string>;
      };
      expect(JSON.parse(receipt.data['receipt.json'] ?? '{}')).toMatchObject({ outcome: 'cancelled' });
    },
  );

  /** Runs the deploy, and stops it once it holds the lock. */
  async function deployAndStop(
    namespace: string,
    { signal, ownGroup }: { readonly signal: NodeJS.Signals; readonly ownGroup: boolean },
  ): Promise<ProgramResult> {
    let stopped = false;
    const ended = await workspace.nx(
      ['run', 'patience:deploy', `--namespace=${namespace}`, '--output-style=stream'],
      {
        env: { KUBECONFIG: cluster.kubeconfig.admin },
        ownGroup,
        onOutput: (stdout, _stderr, kill) => {
          if (stopped || !/services\.slow +started/.test(stdout)) return;
          stopped = true;
          kill(signal);
        },
      },
    );
    expect({ stopped, stdout: ended.stdout }).toMatchObject({ stopped: true });
    return ended;
  }
});

/** The object as JSON; nothing when there is none. */
async function read(namespace: string, kind: string, name: string): Promise<string> {
  const get = ['-n', namespace, 'get', kind, name, '-o', 'json', '--ignore-not-found'];
  return (await cluster.kubectl(get)).stdout;
}

async function processesOf(workspace: NxWorkspace): Promise<readonly string[]> {
  const { stdout } = await runProgram('ps', ['-eo', 'args']);
  return stdout.split('\n').filter((line) => line.includes(workspace.folder));
}
