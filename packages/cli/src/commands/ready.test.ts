import { folderWith, run } from '../testing/fake-ports.js';

const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop}\n';
const pending =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nstatus: {phase: Pending}\n';
const failed =
  '{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"seed"},"status":{"conditions":[{"type":"Failed","status":"True","message":"gave\\nup"}]}}';

async function judged(text: string, ...words: readonly string[]) {
  return run(['ready', '-f', '-', ...words], { readInput: () => text });
}

describe('flotilla ready', () => {
  it('exits 0 when every object is current', async () => {
    const { exitCode, stdout } = await judged(configMap);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: '✓ current      ConfigMap shop/settings  it is there\n',
    });
  });

  it('says in input order what each object lacks, and exits 1', async () => {
    const { exitCode, stdout } = await judged(`${pending}---\n${configMap}---\n${failed}\n`, '-o', 'json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      items: [
        {
          apiVersion: 'v1',
          kind: 'Pod',
          namespace: 'shop',
          name: 'web',
          status: 'progressing',
          message: 'it is pending',
        },
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          namespace: 'shop',
          name: 'settings',
          status: 'current',
          message: 'it is there',
        },
        { apiVersion: 'batch/v1', kind: 'Job', name: 'seed', status: 'failed', message: 'gave\nup' },
      ],
    });
  });

  it('keeps what objects say on their line', async () => {
    const { stdout } = await judged(`${failed}\n${failed}\n`);
    expect(stdout.split('\n')).toEqual([expect.stringContaining('gave up'), expect.anything(), '']);
  });

  it('reads a file', async () => {
    const folder = folderWith({ 'objects.yaml': configMap });
    expect((await run(['ready', '-f', 'objects.yaml'], { workingDirectory: folder })).exitCode).toBe(0);
  });

  it.each([
    ['no file', ['ready', '-f', '/nowhere.yaml'], '', 66],
    ['bad YAML', ['ready', '-f', '-'], 'a: [', 65],
    ['no objects', ['ready', '-f', '-'], 'kind: Pod', 65],
    ['nothing', ['ready', '-f', '-'], '\n', 65],
    ['no flag', ['ready'], '', 64],
  ])('refuses %s', async (_, words, text, expected) => {
    const { exitCode, stdout, stderr } = await run(words, { readInput: () => text });
    expect({ exitCode, stdout }).toEqual({ exitCode: expected, stdout: '' });
    expect(stderr).toContain('flotilla: ');
  });
});
