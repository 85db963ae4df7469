import { flotillaFile, settings, type JudgedApp } from './testing/judged-app.js';
import { openNxJudge, type NxJudge } from './testing/nx-judge.js';
import { nxVersions } from './testing/nx-workspace.js';

// What a deploy is made from changes, and the cluster is left alone.

// A test runs Nx up to ten times, each of which takes seconds on a busy machine.
jest.setTimeout(300_000);

let judge: NxJudge;

beforeAll(async () => {
  judge = await openNxJudge();
});

afterAll(async () => {
  await judge.close();
});

describe.each(nxVersions)('Nx %s', (version) => {
  let app: JudgedApp;

  beforeAll(async () => {
    app = await judge.prepare(version);
    expect(await app.deploy()).toMatchObject({ did: 'run' });
  });

  afterAll(async () => {
    await app.remove();
  });

  test('A, B, A, B, A: every change runs, and the cluster holds what was asked last', async () => {
    for (const value of ['b', 'a', 'b', 'a']) {
      await app.write('k8s/settings.yaml', settings(value));
      const changed = await app.deploy();
      expect(changed).toMatchObject({ did: 'run' });
      expect(changed.said).toContain(
        `ConfigMap ${app.namespace}/settings .data.level is not what the files say`,
      );
      expect(await app.level()).toBe(value);
    }
    expect(await app.deploy()).toMatchObject({ did: 'hit' });
  });

  test('a file that no input names is seen all the same', async () => {
    await app.write('k8s/more.json', settings('more', 'more'));
    expect(await app.deploy()).toMatchObject({ did: 'run' });
    await app.write('k8s/more.json', settings('most', 'more'));
    expect(await app.deploy()).toMatchObject({ did: 'run' });
    expect(await app.deploy()).toMatchObject({ did: 'hit' });
  });

  test('where an input has changed and the cluster need not, the input is named', async () => {
    await app.write('flotilla.yaml', `# Ours.\n${flotillaFile(app.namespace)}`);
    const commented = await app.deploy();
    expect(commented).toMatchObject({ did: 'run' });
    expect(commented.said).toMatch(
      /Changed since the last deploy from here:\n.* {2}apps\/app\/flotilla\.yaml\n/,
    );
    expect(commented.said).toContain('The cluster is as the files say');
    const slower = await app.deploy(['--concurrency=1']);
    expect(slower).toMatchObject({ did: 'run' });
    expect(slower.said).toMatch(/Changed since the last deploy from here:\n.* {2}option concurrency\n/);
  });

  test('without its proof a deploy is refused', async () => {
    const unproved = await app.deploy(['--exclude-task-dependencies']);
    expect(unproved).toMatchObject({ did: 'fail', writes: [] });
    expect(unproved.said).toContain('deploy-plan did not run before this deploy');
  });
});
