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
    expect(stdout).toMatch(/"kind": "Pod",\s+"namespace": "shop",\s+"name": "web",/);
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
    { what: 'a file that is not there', words: ['-f', '/nowhere.yaml'], text: '', code: 66 },
    { what: 'bad YAML', words: ['-f', '-'], text: 'a: [', code: 65 },
    { what: 'what is no object', words: ['-f', '-'], text: 'kind: Pod', code: 65 },
    { what: 'nothing', words: ['-f', '-'], text: '\n', code: 65 },
    { what: 'a missing flag', words: [], text: '', code: 64 },
  ])('refuses $what', async ({ words, text, code }) => {
    const { exitCode, stdout, stderr } = await run(['ready', ...words], { readInput: () => text });
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
    expect(stderr).toContain('flotilla: ');
  });
});
