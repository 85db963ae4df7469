import { flotillaFile, settings } from './testing/judged-app.js';
import { useNxJudge } from './testing/nx-judge.js';

// What a deploy is made from changes, and the cluster is left alone.

const suite = useNxJudge();

suite.forEachNx((judged) => {
  beforeAll(async () => {
    expect(await judged.app.deploy()).toMatchObject({ did: 'run' });
  });

  test('A, B, A, B, A: every change runs, and the cluster holds what was asked last', async () => {
    for (const value of ['b', 'a', 'b', 'a']) {
      await judged.app.write('k8s/settings.yaml', settings(value));
      const changed = await judged.app.deploy();
      expect(changed).toMatchObject({ did: 'run' });
      expect(changed.said).toContain(
        `ConfigMap ${judged.app.namespace}/settings .data.level is not what the files say`,
      );
      expect(await judged.app.level()).toBe(value);
    }
    expect(await judged.app.deploy()).toMatchObject({ did: 'hit' });
  });

  test('a file that no input names is seen all the same', async () => {
    await judged.app.write('k8s/more.json', settings('more', 'more'));
    expect(await judged.app.deploy()).toMatchObject({ did: 'run' });
    await judged.app.write('k8s/more.json', settings('most', 'more'));
    expect(await judged.app.deploy()).toMatchObject({ did: 'run' });
    expect(await judged.app.deploy()).toMatchObject({ did: 'hit' });
  });

  test('where an input has changed and the cluster need not, the input is named', async () => {
    await judged.app.write('flotilla.yaml', `# Ours.\n${flotillaFile(judged.app.namespace)}`);
    const commented = await judged.app.deploy();
    expect(commented).toMatchObject({ did: 'run' });
    expect(commented.said).toMatch(
      /Changed since the last deploy from here:\n.* {2}apps\/app\/flotilla\.yaml\n/,
    );
    expect(commented.said).toContain('The cluster is as the files say');
    const slower = await judged.app.deploy(['--concurrency=1']);
    expect(slower).toMatchObject({ did: 'run' });
    expect(slower.said).toMatch(/Changed since the last deploy from here:\n.* {2}option concurrency\n/);
  });

  test('without its proof a deploy is refused, and so is one whose inputs hide the proof from Nx', async () => {
    const unproved = await judged.app.deploy(['--exclude-task-dependencies']);
    expect(unproved).toMatchObject({ did: 'fail', writes: [] });
    expect(unproved.said).toContain('deploy-plan did not run before this deploy');
    const deploy = { inputs: ['{projectRoot}/**/*'], dependsOn: ['deploy-plan'] };
    await judged.app.write('project.json', JSON.stringify({ name: 'app', targets: { deploy } }));
    const hidden = await judged.app.deploy();
    expect(hidden).toMatchObject({ did: 'fail', writes: [] });
    expect(hidden.said).toContain('The inputs of app:deploy leave out the proof');
    const seen = { ...deploy, inputs: [{ dependentTasksOutputFiles: '**/*-proof*.json' }] };
    await judged.app.write('project.json', JSON.stringify({ name: 'app', targets: { deploy: seen } }));
    const elsewhere = await judged.app.deploy([`--namespace=${judged.app.namespace}-staging`]);
    expect(elsewhere).toMatchObject({ did: 'fail', writes: [] });
    expect(elsewhere.said).toContain('deploy-plan has looked at app (workflow setup) in namespace');
  });
});
