import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openTerminal, type Terminal } from './testing/terminal.js';

const command = `${process.execPath} ${fileURLToPath(new URL('../../packages/cli/bin/flotilla.js', import.meta.url))}`;

const names = Array.from({ length: 41 }, (_, at) => `service-${at}`);
const fileOf = (services: readonly string[]) =>
  `name: many\nservices:\n${services.map((name) => `  - {name: ${name}, image: nginx}\n`).join('')}`;
// The last service holds the run open until somebody stops it.
const slow = 'defaults: {service: 2s}\ntasks: {services.service-40: {takes: 10m}}\n';

let folder: string;
let terminal: Terminal;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-terminal-'));
  await writeFile(join(folder, 'flotilla.yaml'), fileOf(names));
  await writeFile(join(folder, 'slow.yaml'), slow);
  terminal = await openTerminal({ columns: 100, rows: 24, cwd: folder });
});

afterEach(async () => {
  await terminal.close();
  await rm(folder, { recursive: true });
});

async function type(words: string): Promise<void> {
  await terminal.press(`clear; ${command} ${words}; echo "exit=$?"`, 'Enter');
}

/** What is typed is shown, and read in lines. */
async function expectPlain(): Promise<void> {
  await terminal.press(
    'clear; stty -a | tr " ;" "\\n\\n" | grep -qx -e -echo -e -icanon; echo "raw=$?"',
    'Enter',
  );
  await terminal.waitFor('raw=1');
}

test('41 tasks on 24 lines: a live view that fits, and nothing of it left behind', async () => {
  // Long enough to be looked at while it lasts.
  await writeFile(join(folder, 'while.yaml'), 'defaults: {service: 5s}\n');
  await type('deploy --cluster embedded --with while.yaml');
  const seen = await terminal.waitFor(/\d+\/41 · .*running/);
  expect(seen).toContain('many · setup on');
  expect(await terminal.showsCursor()).toBe(false);
  await terminal.waitFor('exit=0');
  const all = await terminal.screen({ history: true });
  expect(all).toContain('✓ many · setup succeeded');
  expect(all).not.toMatch(/[░█⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/);
  expect(await terminal.showsCursor()).toBe(true);
});

test('Ctrl-C says what is where, exits 130 and gives the terminal back', async () => {
  await type('deploy --cluster embedded --with slow.yaml');
  await terminal.waitFor(' 40/41 ');
  await terminal.press('C-c');
  const seen = await terminal.waitFor('exit=130');
  expect(seen).toContain('cut off (1)');
  expect(seen).not.toMatch(/[░█]/);
  // What Ctrl-C echoes must not push the view aside.
  expect(await terminal.screen({ history: true })).not.toContain('many · setup on');
  expect(await terminal.showsCursor()).toBe(true);
  await expectPlain();
});

test('a second Ctrl-C ends at once and gives the cursor back', async () => {
  await type('deploy --cluster embedded --with slow.yaml');
  await terminal.waitFor(/running/);
  await terminal.press('C-c', 'C-c');
  await terminal.waitFor('exit=130');
  expect(await terminal.showsCursor()).toBe(true);
  await expectPlain();
});

// tmux wraps old lines at once but tells the program of its new width only later: what is drawn meanwhile cannot be
// taken back. What is drawn from then on must be.
test('a terminal that becomes narrower in between', async () => {
  await writeFile(join(folder, 'few.yaml'), fileOf(names.slice(-5)));
  await type('deploy -f few.yaml --cluster embedded --with slow.yaml');
  await terminal.waitFor(' 4/5 ');
  await terminal.resize(50, 24);
  await terminal.waitFor(/1 obje…all ready$/m);
  await terminal.press('C-c');
  const seen = await terminal.waitFor('exit=130');
  expect(seen).toContain('cut off (1)');
  expect(await terminal.screen({ history: true })).not.toContain('1 obje…');
});

test('the embedded cluster in the foreground ends with Ctrl-C', async () => {
  await type('cluster --kubeconfig-out kubeconfig');
  await terminal.waitFor('Ctrl-C ends it.');
  await terminal.press('C-c');
  await terminal.waitFor('exit=130');
});

test('a reader that goes away is no failure', async () => {
  await terminal.press(`${command} plan -o json | head -1; echo "exits=\${PIPESTATUS[*]}"`, 'Enter');
  const seen = await terminal.waitFor(/exits=0 0/);
  expect(seen).not.toMatch(/EPIPE|Error|bug/);
});

test('a slow reader gets all of a large document', async () => {
  const many = Array.from({ length: 3000 }, (_, at) => `  - {name: s${at}, image: nginx}\n`).join('');
  await writeFile(join(folder, 'large.yaml'), `name: large\nservices:\n${many}`);
  const child = spawn('sh', ['-c', `${command} plan -f large.yaml -o json | (sleep 1; cat)`], {
    cwd: folder,
  });
  const chunks: string[] = [];
  for await (const chunk of child.stdout.setEncoding('utf8')) chunks.push(chunk as string);
  const document = JSON.parse(chunks.join('')) as { nodes: unknown[] };
  expect(document.nodes).toHaveLength(3001);
});

test('a full disk is said, and is no success', async () => {
  const child = spawn('sh', ['-c', `${command} plan > /dev/full`], { cwd: folder });
  const chunks: string[] = [];
  for await (const chunk of child.stderr.setEncoding('utf8')) chunks.push(chunk as string);
  expect(chunks.join('')).toContain('the output could not be written: ENOSPC');
  expect(child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve)))).toBe(74);
});

test('Ctrl-C in the checks before the first write: 130, and nothing was written', async () => {
  // A renderer that hangs: the run cannot have begun.
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await mkdir(join(folder, 'chart'));
  await writeFile(join(bin, 'helm'), '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
  await writeFile(join(folder, 'chart', 'Chart.yaml'), 'apiVersion: v2\nname: c\nversion: 0.1.0\n');
  await writeFile(join(folder, 'chart.yaml'), 'name: x\ncharts: [{name: c, directory: chart}]\n');
  await terminal.press(`PATH=${bin}:$PATH`, 'Enter');
  await type('deploy -f chart.yaml --cluster embedded');
  await terminal.waitFor('preparing: everything is rendered and checked');
  await terminal.press('C-c');
  const seen = await terminal.waitFor('exit=130');
  expect(seen).toContain('SIGINT: nothing was written.');
  expect(await terminal.showsCursor()).toBe(true);
});

test('Ctrl-C at a question: 130, and the terminal is given back; Ctrl-D is no answer', async () => {
  await type('destroy --cluster embedded');
  await terminal.waitFor('Type its name to go on:');
  await terminal.press('C-c');
  const stopped = await terminal.waitFor('exit=130');
  expect(stopped).not.toContain('bug');
  await expectPlain();
  await type('destroy --cluster embedded');
  await terminal.waitFor('Type its name to go on:');
  await terminal.press('C-d');
  const refused = await terminal.waitFor('exit=64');
  expect(refused).toContain('nothing was destroyed');
  await expectPlain();
});
