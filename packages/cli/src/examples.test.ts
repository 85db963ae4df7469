import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { run } from './testing/fake-ports.js';

const root = resolve(__dirname, '../../..');
const examples = readdirSync(join(root, 'examples')).filter((name) =>
  existsSync(join(root, 'examples', name, 'flotilla.yaml')),
);

async function drawPlan(example: string, format: string): Promise<string> {
  const words = ['plan', '-q', '-f', `examples/${example}/flotilla.yaml`, '-o', format];
  const { exitCode, stdout } = await run(words, { workingDirectory: root });
  expect(exitCode).toBe(0);
  return stdout;
}

function drawn(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

it.each(examples)('%s has its plan as a picture and as text (else: npm run examples)', async (example) => {
  expect(drawn(`examples/${example}/plan.txt`)).toBe(await drawPlan(example, 'text'));
  expect(drawn(`examples/${example}/plan.svg`)).toBe(await drawPlan(example, 'svg'));
});

it.each(examples)('%s has no mistakes', async (example) => {
  const words = ['plan', '--strict', '-f', `examples/${example}/flotilla.yaml`];
  expect(await run(words, { workingDirectory: root })).toMatchObject({ exitCode: 0 });
});

test('the picture of the README is the plan of the shop', async () => {
  expect(drawn('docs/shop.svg')).toBe(await drawPlan('shop', 'svg'));
});
