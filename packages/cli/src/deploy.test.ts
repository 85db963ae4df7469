import { execFileSync } from 'node:child_process';
import type { Ports } from './ports.js';
import type { Signal } from './signals.js';
import { folderWith, run } from './testing/fake-ports.js';

const shop = `name: shop
namespace: shop
services:
  - {name: db, image: a}
  - {name: api, image: a, depends_on: [db], timeout: 30s}
  - {name: web, image: a}
workflows:
  - name: setup
    parallelize:
      - {step: data, tasks: [services.db]}
      - {step: apps, tasks: [services.api, services.web]}
`;

const embedded = ['deploy', '--cluster', 'embedded', '--speed', '100'];

function inShop(files: Readonly<Record<string, string>> = {}): Partial<Ports> {
  return { workingDirectory: folderWith({ 'flotilla.yaml': shop, ...files }) };
}

interface Event {
  readonly type: string;
  readonly task?: string;
}

function eventsOf(stdout: string): readonly Event[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);
}

describe('flotilla deploy in the embedded cluster', () => {
  it('says that it is a simulation, and how it went', async () => {
    const { exitCode, stdout, stderr } = await run(embedded, inShop());
    expect(exitCode).toBe(0);
    expect(stderr).toContain('This is a simulation');
    expect(stdout).toContain('✓ shop · setup succeeded');
  });

  it('runs exactly the tasks of --only', async () => {
    const words = [...embedded, '--only', 'services.api,services.db', '-o', 'ndjson'];
    const { exitCode, stdout } = await run(words, inShop());
    expect(exitCode).toBe(0);
    expect(eventsOf(stdout).at(-1)).toMatchObject({
      tasks: [{ task: 'services.db' }, { task: 'services.api' }],
    });
    const one = await run([...embedded, '--only', 'services.web', '-o', 'ndjson'], inShop());
    expect(eventsOf(one.stdout).at(-1)).toMatchObject({
      tasks: [{ task: 'services.web', outcome: 'succeeded' }],
    });
  });

  it('refuses a task of --only that the workflow does not run', async () => {
    const { exitCode, stdout, stderr } = await run([...embedded, '--only', 'services.wep'], inShop());
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' });
    expect(stderr).toContain('Did you mean services.web?');
  });

  it('shows with --dry-run=client what render shows', async () => {
    const ports = inShop();
    const rendered = await run(['render'], ports);
    expect(await run(['deploy', '--dry-run', 'client'], ports)).toEqual(rendered);
  });

  it('checks with --dry-run=server, and writes nothing', async () => {
    const { exitCode, stdout } = await run([...embedded, '--dry-run=server'], inShop());
    expect(exitCode).toBe(0);
    expect(stdout).toContain('services.db\n    Deployment shop/db\n');
    expect(stdout).toContain('Nothing was written');
    const json = await run([...embedded, '--dry-run=server', '-o', 'json'], inShop());
    expect(JSON.parse(json.stdout)).toMatchObject({
      items: [{ task: 'services.db', object: { kind: 'Deployment', namespace: 'shop', name: 'db' } }, {}, {}],
    });
  });

  it.each([
    [{ GITHUB_ACTIONS: 'true' }, '::group::step data'],
    [{ GITLAB_CI: 'true' }, 'section_start:'],
  ])('folds the lines of a step under %j', async (environment, marker) => {
    const { stderr } = await run(embedded, { ...inShop(), environment });
    expect(stderr).toContain(marker);
    expect((await run(embedded, inShop())).stderr).not.toContain(marker);
  });

  it('draws a live view on a terminal, but not under CI, nor on one that cannot move its cursor', async () => {
    const terminal = () => {
      let text = '';
      const write = (more: string) => (text += more);
      return { stderr: { write, isTerminal: true, columns: 80, rows: 24 }, text: () => text };
    };
    const live = terminal();
    await run([...embedded.slice(0, 3), '--speed', '5'], { ...inShop(), stderr: live.stderr });
    expect(live.text()).toContain('\u001b[?25l');
    expect(live.text().endsWith('\u001b[?25h')).toBe(true);
    const ci = terminal();
    await run(embedded, { ...inShop(), stderr: ci.stderr, environment: { CI: 'true', NO_COLOR: '1' } });
    expect(ci.text()).not.toContain('\u001b');
    expect(ci.text()).toContain('step data opens');
    const dumb = terminal();
    await run(embedded, { ...inShop(), stderr: dumb.stderr, environment: { TERM: 'dumb' } });
    expect(dumb.text()).not.toContain('\u001b');
    expect(dumb.text()).toContain('step data opens');
  });

  it('with --quiet leaves only the result', async () => {
    const { stdout, stderr } = await run([...embedded, '-q'], inShop());
    expect(stderr).toBe('');
    expect(stdout).toContain('succeeded');
  });
});

describe('signals', () => {
  /** Sends `signal` once, as soon as `text` has been written to stderr; the second time after that. */
  async function interrupted(words: readonly string[], signals: readonly Signal[]) {
    let listener: (signal: Signal) => void = () => undefined;
    let stderr = '';
    const exits: number[] = [];
    const left = [...signals];
    const ran = await run(words, {
      ...inShop(),
      stderr: {
        write: (text) => {
          stderr += text;
          if (stderr.includes('step data opens')) for (const signal of left.splice(0)) listener(signal);
        },
        isTerminal: false,
        columns: 80,
        rows: 24,
      },
      onSignal: (called) => {
        listener = called;
        return () => undefined;
      },
      exitNow: (exitCode) => exits.push(exitCode),
    });
    return { ...ran, stderr, exits };
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s cancels, says what is where, and exits %i', async (signal, exitCode) => {
    const ran = await interrupted(['deploy', '--cluster', 'embedded'], [signal]);
    expect(ran.exitCode).toBe(exitCode);
    expect(ran.stderr).toContain(`${signal}: stopping`);
    expect(ran.stdout).toContain('cancelled');
    expect(ran.stdout).toContain('never started');
    expect(ran.exits).toEqual([]);
  });

  it('the second one ends the process at once', async () => {
    const ran = await interrupted(['deploy', '--cluster', 'embedded'], ['SIGINT', 'SIGINT']);
    expect(ran.exits).toEqual([130]);
  });

  it('of a closed terminal two may come, one of the kernel and one of the shell: they still end in order', async () => {
    const ran = await interrupted(['deploy', '--cluster', 'embedded'], ['SIGHUP', 'SIGHUP']);
    expect({ exits: ran.exits, exitCode: ran.exitCode }).toEqual({ exits: [], exitCode: 129 });
  });
});

describe('--timeout', () => {
  it('is for tasks that say none themselves', async () => {
    const { stdout } = await run(['plan', '--timeout', '90s', '-o', 'json'], inShop());
    const { nodes } = JSON.parse(stdout) as { nodes: { id: string; timeoutSeconds?: number }[] };
    const timeouts = Object.fromEntries(nodes.map(({ id, timeoutSeconds }) => [id, timeoutSeconds]));
    expect(timeouts).toMatchObject({ 'services.db': 90, 'services.api': 30, 'services.web': 90 });
  });

  it('is in force in a rehearsal', async () => {
    const { exitCode, stdout } = await run(['rehearse', '--timeout', '5', '-o', 'json'], inShop());
    // Ready after 30 s, while the run still goes on: the timeout was an error that healed.
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ tasks: [{ outcome: 'recovered', settledAt: 5000 }, {}, {}] });
  });

  it.each(['0', 'soon', '-1s'])('refuses %s', async (said) => {
    const { exitCode, stderr } = await run(['deploy', `--timeout=${said}`], inShop());
    expect(exitCode).toBe(64);
    expect(stderr).toContain('--timeout is a duration above 0');
  });
});

describe('refusals of a cluster', () => {
  const kubeconfig = `apiVersion: v1
kind: Config
current-context: here
clusters: [{name: c, cluster: {server: "http://127.0.0.1:9"}}]
users: [{name: u, user: {token: x}}]
contexts: [{name: here, context: {cluster: c, user: u}}]
`;

  async function deployWith(words: readonly string[], files: Readonly<Record<string, string>> = {}) {
    const ports = inShop({ kubeconfig, ...files });
    const path = `${ports.workingDirectory ?? ''}/kubeconfig`;
    return await run(['deploy', '--kubeconfig', path, ...words], ports);
  }

  it('cannot be reached: 69, with the server', async () => {
    const { exitCode, stdout, stderr } = await deployWith([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 69, stdout: '' });
    expect(stderr).toContain('http://127.0.0.1:9');
    expect(stderr).toContain('Is the cluster running');
  }, 30_000);

  it('no such context: 78, with the known ones', async () => {
    const { exitCode, stdout, stderr } = await deployWith(['--context', 'there']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: '' });
    expect(stderr).toContain('Known contexts: here');
  });

  it('no such kubeconfig: 78', async () => {
    const { exitCode, stdout } = await run(['deploy', '--kubeconfig', '/nonexistent'], inShop());
    expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: '' });
  });
});

describe('the command line in shells', () => {
  it('reads the file from stdin', async () => {
    const { exitCode, stdout } = await run(['plan', '-f', '-', '-o', 'json'], { readInput: () => shop });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'shop' });
    const wrong = await run(['plan', '-f', '-'], { readInput: () => 'name: [' });
    expect(wrong.exitCode).toBe(65);
    expect(wrong.stderr).toContain('stdin:1:');
  });

  it('completes commands, flags and values in bash', async () => {
    const { stdout } = await run(['completion', 'bash']);
    const complete = (line: string) =>
      execFileSync('bash', [
        '-c',
        `${stdout}\nCOMP_WORDS=(${line} '') COMP_CWORD=${line.split(' ').length}; _flotilla; echo "\${COMPREPLY[@]}"`,
      ])
        .toString()
        .trim()
        .split(' ');
    expect(complete('flotilla')).toEqual(expect.arrayContaining(['plan', 'deploy', 'completion']));
    expect(complete('flotilla deploy')).toEqual(expect.arrayContaining(['--only', '--dry-run', '-f', '-q']));
    expect(complete('flotilla deploy --dry-run')).toEqual(['client', 'server']);
    expect(complete('flotilla render -o')).toEqual(['yaml', 'json']);
    expect(complete('flotilla completion')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
  });

  it.each(['zsh', 'fish'])('has every command and flag in the script for %s', async (shell) => {
    const { stdout } = await run(['completion', shell]);
    for (const word of ['rehearse', 'dry-run', 'create-namespace', 'bash', 'ndjson'])
      expect(stdout).toContain(word);
  });

  it('asks which shell', async () => {
    expect((await run(['completion'])).exitCode).toBe(64);
    expect((await run(['completion', 'powershell'])).exitCode).toBe(64);
  });

  it('takes switches together, and says that the command comes first', async () => {
    const { exitCode } = await run(['plan', '-vq'], inShop());
    expect(exitCode).toBe(0);
    expect((await run(['-f', 'x', 'plan'])).stderr).toContain('the command comes before its flags');
  });

  it('every flag belongs to a command', async () => {
    const { flags, commonFlags } = await import('./flags.js');
    const { loadCommands } = await import('./commands.js');
    const taken = new Set([...(await loadCommands()).flatMap((command) => command.flags), ...commonFlags]);
    expect(Object.keys(flags).filter((name) => !taken.has(name as never))).toEqual([]);
  });
});
