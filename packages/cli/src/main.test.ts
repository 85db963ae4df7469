import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderWith, run } from './testing/fake-ports.js';

const good = `name: shop
services:
  - name: db
    image: postgres:17
  - name: api
    image: api:1
    depends_on: [db]
`;

describe('the command line', () => {
  it('prints the version', async () => {
    expect(await run(['--version'])).toEqual({ exitCode: 0, stdout: '1.2.3\n', stderr: '' });
    expect(await run(['version'])).toEqual({ exitCode: 0, stdout: '1.2.3\n', stderr: '' });
    expect(JSON.parse((await run(['version', '-o', 'json'])).stdout)).toEqual({ version: '1.2.3' });
  });

  it('lists its commands and every exit code', async () => {
    const { exitCode, stdout } = await run(['--help']);
    expect(exitCode).toBe(0);
    for (const command of [
      'init',
      'plan',
      'rehearse',
      'render',
      'deploy',
      'status',
      'destroy',
      'cluster',
      'schema',
      'version',
    ])
      expect(stdout).toContain(`\n  ${command} `);
    for (const code of ['0', '1', '2', '64', '65', '66', '69', '75', '77', '78', '129', '130', '143'])
      expect(stdout).toMatch(new RegExp(`\\n +${code}  `));
  });

  it('shows the flags of a command, also by help COMMAND', async () => {
    const { stdout } = await run(['plan', '--help']);
    expect(stdout).toContain('Usage: flotilla plan [workflow] [flags]');
    expect(stdout).toContain('-f, --file FILE');
    expect((await run(['help', 'plan'])).stdout).toBe(stdout);
  });

  it('names the nearest command', async () => {
    const { exitCode, stdout, stderr } = await run(['delpoy']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' });
    expect(stderr).toBe('flotilla: There is no command "delpoy".\n  Did you mean flotilla deploy?\n');
  });

  it('names the nearest flag', async () => {
    const { exitCode, stderr } = await run(['plan', '--fiel', 'x']);
    expect(exitCode).toBe(64);
    expect(stderr).toContain('Did you mean --file?');
    expect((await run(['deploy', '--dry'])).stderr).toContain('Did you mean --dry-run?');
  });

  it.each([
    [['plan', '--file'], '--file needs a value'],
    [['plan', '--strict=yes'], '--strict is a switch'],
    [['plan', 'setup', 'patch'], 'takes no argument "patch"'],
    [['plan', '-o', 'jsno'], 'has no output "jsno"'],
    [['rehearse', '--concurrency', '0'], '--concurrency is a whole number above 0'],
    [['deploy', '--kubeconfig', 'none', '--concurrency', '0'], '--concurrency is a whole number above 0'],
    [['deploy', '--cluster', 'minikube'], '--cluster is one of embedded'],
    [['plan', '--param', 'x'], '--param is K=V'],
  ])('refuses %j as wrong usage', async (words, message) => {
    const folder = folderWith({ 'flotilla.yaml': good });
    const { exitCode, stdout, stderr } = await run(words, { workingDirectory: folder });
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('says which files it looked for when there is none', async () => {
    const folder = folderWith({});
    const { exitCode, stderr } = await run(['plan'], { workingDirectory: folder });
    expect(exitCode).toBe(66);
    expect(stderr).toContain('flotilla.yaml and no .release/application_template.yaml');
    const named = await run(['plan', '-f', 'nope.yaml'], { workingDirectory: folder });
    expect(named).toMatchObject({ exitCode: 66, stdout: '' });
    expect(named.stderr).toContain('There is no file nope.yaml.');
  });
});

describe('flotilla plan', () => {
  it('prints the plan as the document of cli.md', async () => {
    const folder = folderWith({ 'flotilla.yaml': good });
    const { exitCode, stdout } = await run(['plan', '-o', 'json'], { workingDirectory: folder });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      apiVersion: 'flotilla.dev/v1',
      kind: 'Plan',
      name: 'shop',
      workflow: 'setup',
      steps: [{ step: 'all', waitForFinish: true, tasks: ['services.db', 'services.api'] }],
      edges: expect.arrayContaining([
        {
          from: 'services.db',
          to: 'services.api',
          reasons: [{ kind: 'depends-on', file: 'flotilla.yaml', line: 7, column: 18 }],
        },
      ]) as unknown,
      diagnostics: [],
    });
  });

  it('prints the same document without nodes when the file is wrong', async () => {
    const folder = folderWith({ 'flotilla.yaml': good.replace('[db]', '[dbb]') });
    const { exitCode, stdout, stderr } = await run(['plan', '-o', 'json'], { workingDirectory: folder });
    expect(exitCode).toBe(65);
    expect(JSON.parse(stdout)).toMatchObject({
      nodes: [],
      edges: [],
      diagnostics: [{ severity: 'error', file: 'flotilla.yaml', line: 7, column: 18, length: 3 }],
    });
    expect(stderr).toContain('flotilla.yaml:7:18 error');
    expect(stderr).toContain('db');
  });

  it('knows the workflows of the file', async () => {
    const folder = folderWith({ 'flotilla.yaml': good });
    const { exitCode, stderr } = await run(['plan', 'setpu'], { workingDirectory: folder });
    expect(exitCode).toBe(64);
    expect(stderr).toContain('Did you mean setup?');
  });

  it('refuses a grace time that there is not, before it looks for a cluster', async () => {
    const folder = folderWith({ 'flotilla.yaml': good });
    const { exitCode, stderr } = await run(['deploy', '--grace', 'image-pul=1s'], {
      workingDirectory: folder,
    });
    expect(exitCode).toBe(64);
    expect(stderr).toContain('Did you mean image-pull?');
  });

  it('makes warnings errors with --strict', async () => {
    const folder = folderWith({ 'flotilla.yaml': `${good}colour: blue\n` });
    expect(await run(['plan'], { workingDirectory: folder })).toMatchObject({ exitCode: 0 });
    expect(await run(['plan', '--strict'], { workingDirectory: folder })).toMatchObject({
      exitCode: 65,
      stdout: '',
    });
  });

  it('measures a picture with the durations it is given and lists the remarks on the file beside it', async () => {
    const folder = folderWith({
      'flotilla.yaml': `${good}colour: blue\n`,
      'rehearsal.yaml': 'tasks: {services.db: {takes: 12s}, services.api: {takes: 5s}}\n',
    });
    const plan = async (...args: readonly string[]) =>
      (await run(['plan', ...args], { workingDirectory: folder })).stdout;
    expect(await plan('-o', 'svg')).toContain('critical path 1m by default durations<');
    expect(await plan('-o', 'svg', '--with', 'rehearsal.yaml')).toContain('critical path 17s<');
    const page = await plan('-o', 'html', '--with', 'rehearsal.yaml');
    expect(page).toContain('critical path 17s<');
    expect(page).toMatch(/1 remark on the file<.*colour/);
  });

  it('colours only when asked or on a terminal', async () => {
    const folder = folderWith({ 'flotilla.yaml': good });
    const plain = await run(['plan'], { workingDirectory: folder });
    expect(plain.stdout).not.toContain('\u001b[');
    const forced = await run(['plan'], { workingDirectory: folder, environment: { FORCE_COLOR: '1' } });
    expect(forced.stdout).toContain('\u001b[');
    const both = await run(['plan'], {
      workingDirectory: folder,
      environment: { FORCE_COLOR: '1', NO_COLOR: '1' },
    });
    expect(both.stdout).not.toContain('\u001b[');
    const said = await run(['plan', '--color', 'always'], {
      workingDirectory: folder,
      environment: { NO_COLOR: '1' },
    });
    expect(said.stdout).toContain('\u001b[');
  });
});

describe('flotilla rehearse', () => {
  const scenario = 'tasks:\n  services.db: {takes: 12s, fails: bad command}\n  services.api: {takes: 5s}\n';

  it('ends with the exit code of its run and prints events in virtual time', async () => {
    const folder = folderWith({ 'flotilla.yaml': good, 'rehearsal.yaml': scenario });
    const { exitCode, stdout } = await run(['rehearse', '--with', 'rehearsal.yaml', '-o', 'ndjson'], {
      workingDirectory: folder,
    });
    expect(exitCode).toBe(2);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(events[0]).toMatchObject({ type: 'run-started', at: 0, name: 'shop', workflow: 'setup' });
    expect(events.at(-1)).toMatchObject({
      type: 'run-settled',
      outcome: 'degraded',
      exitCode: 2,
      durationMs: 17_000,
      tasks: [
        { task: 'services.db', outcome: 'failed', startedAt: 0, settledAt: 12_000 },
        { task: 'services.api', outcome: 'succeeded', startedAt: 12_000, settledAt: 17_000 },
      ],
    });
    const allowed = await run(['rehearse', '--with', 'rehearsal.yaml', '--allow-degraded'], {
      workingDirectory: folder,
    });
    expect(allowed.exitCode).toBe(0);
  });

  it('says what the order of the steps costs, unless the run was cut short or held to a bound', async () => {
    const steps =
      'workflows: [{name: setup, parallelize: [{step: one, tasks: [services.db]}, {step: two, tasks: [services.web]}]}]\n';
    const folder = folderWith({
      'flotilla.yaml': `name: shop\nservices: [{name: db, image: a}, {name: web, image: b}]\n${steps}`,
      'rehearsal.yaml': 'tasks: {services.db: {takes: 12s}, services.web: {takes: 5s}}\n',
    });
    const rehearse = async (...args: readonly string[]) =>
      (await run(['rehearse', '--with', 'rehearsal.yaml', ...args], { workingDirectory: folder })).stdout;
    expect(await rehearse()).toContain(
      'The order of the steps costs 5s: depends_on and needs alone would take 12s.',
    );
    for (const format of ['svg', 'html'])
      expect(await rehearse('-o', format)).toContain('the order of the steps costs 5s');
    expect(await rehearse('--concurrency', '1')).not.toContain('The order of the steps');
  });

  it('prints the last event alone with -o json', async () => {
    const folder = folderWith({ 'flotilla.yaml': good });
    const { stdout } = await run(['rehearse', '-o', 'json'], { workingDirectory: folder });
    expect(JSON.parse(stdout)).toMatchObject({
      type: 'run-settled',
      outcome: 'succeeded',
      durationMs: 60_000,
    });
  });

  it('refuses a rehearsal file that names a task the file does not define', async () => {
    const folder = folderWith({
      'flotilla.yaml': good,
      'rehearsal.yaml': 'tasks: {services.dbb: {takes: 1s}}\n',
    });
    const { exitCode, stderr } = await run(['rehearse', '--with', 'rehearsal.yaml'], {
      workingDirectory: folder,
    });
    expect(exitCode).toBe(65);
    expect(stderr).toContain('services.db');
  });
});

describe('flotilla render', () => {
  it('prints YAML that kubectl reads as the same values, Secrets masked', async () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2}\n';
    const map =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: "yes", b: "0644", c: "1_000"}\n';
    const folder = folderWith({
      'flotilla.yaml': 'name: x\nservices: [{name: s, manifests: [m.yaml]}]\n',
      'm.yaml': `${secret}---\n${map}`,
    });
    const { exitCode, stdout } = await run(['render'], { workingDirectory: folder });
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('hunter2');
    expect(stdout).toContain('password: "***"');
    expect(stdout).toContain('a: "yes"');
    expect(stdout).toContain('b: "0644"');
    expect(stdout).toContain('c: "1_000"');
  });
});

describe('flotilla plan --explain, --compare and rehearse --fail', () => {
  it('explains what a task waits for, and names the nearest one', async () => {
    const folder = folderWith({ 'flotilla.yaml': good });
    const { exitCode, stdout } = await run(['plan', '--explain', 'services.api'], {
      workingDirectory: folder,
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('services.db  depends_on, flotilla.yaml:7');
    const wrong = await run(['plan', '--explain', 'services.apo'], { workingDirectory: folder });
    expect(wrong.exitCode).toBe(64);
    expect(wrong.stderr).toContain('Did you mean services.api?');
  });

  it('compares with another file, and exits 1 on a difference only when asked to', async () => {
    const folder = folderWith({
      'flotilla.yaml': good,
      'old.yaml': good.replace('    depends_on: [db]\n', ''),
    });
    const words = ['plan', '--compare', 'old.yaml', '-o', 'json'];
    const compared = await run(words, { workingDirectory: folder });
    expect(compared.exitCode).toBe(0);
    expect(JSON.parse(compared.stdout)).toMatchObject({
      same: false,
      lostParallelism: [{ first: 'services.db', then: 'services.api' }],
    });
    expect((await run([...words, '--exit-code'], { workingDirectory: folder })).exitCode).toBe(1);
    const same = await run(['plan', '--compare', 'flotilla.yaml', '--exit-code'], {
      workingDirectory: folder,
    });
    expect(same.exitCode).toBe(0);
  });

  it('takes a revision from before the file for one with nothing to deploy', async () => {
    const folder = folderWith({ 'README.md': 'first' });
    const git = (...words: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], { cwd: folder });
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--message', 'first');
    writeFileSync(join(folder, 'flotilla.yaml'), good);
    const { exitCode, stdout, stderr } = await run(['plan', '--compare', 'HEAD', '-o', 'json'], {
      workingDirectory: folder,
    });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: 'There is no flotilla.yaml in HEAD: everything is new.\n',
    });
    expect(JSON.parse(stdout)).toMatchObject({ same: false, added: ['services.db', 'services.api'] });
  });

  it('says which revision or file there is not', async () => {
    const folder = folderWith({ 'flotilla.yaml': good });
    const { exitCode, stderr } = await run(['plan', '--compare', 'nope'], { workingDirectory: folder });
    expect(exitCode).toBe(66);
    expect(stderr).toContain('there is no file nope');
  });

  it('answers what a failure would do', async () => {
    const folder = folderWith({ 'flotilla.yaml': good });
    const { exitCode, stdout } = await run(['rehearse', '--fail', 'services.db', '-o', 'json'], {
      workingDirectory: folder,
    });
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      tasks: [{ task: 'services.db', outcome: 'failed' }, { outcome: 'succeeded' }],
    });
  });
});
