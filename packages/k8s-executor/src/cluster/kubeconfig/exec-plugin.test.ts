import { runPluginProcess } from './exec-plugin.js';

const run = (script: string, ...args: string[]) =>
  runPluginProcess({
    command: process.execPath,
    args: ['-e', script, ...args],
    variables: { GREETING: 'hi' },
    interactive: false,
  });

test('a plugin gets its arguments as they are and only the variables it was given', async () => {
  const script =
    'console.log(JSON.stringify([process.argv.slice(1), process.env.GREETING, process.env.HOME]))';
  const { stdout, error } = await run(script, '$HOME; echo x', '`id`');
  expect(error).toBeUndefined();
  expect(JSON.parse(stdout)).toEqual([['$HOME; echo x', '`id`'], 'hi', null]);
});

test('a plugin that fails says why in its stderr, never in its stdout', async () => {
  const { stdout, error } = await run('console.log("hush"); console.error("log in first"); process.exit(3)');
  expect(stdout).toBe('');
  expect(error).toEqual({ isMissing: false, message: 'it ended with 3: log in first' });
});

test('a plugin that reads its input finds it empty, and does not hang', async () => {
  const { stdout } = await run('process.stdin.on("data", () => {}).on("end", () => console.log("end"))');
  expect(stdout.trim()).toBe('end');
});

test('a missing program is told apart', async () => {
  const { error } = await runPluginProcess({
    command: '/nowhere/login',
    args: [],
    variables: {},
    interactive: false,
  });
  expect(error).toMatchObject({ isMissing: true });
});
