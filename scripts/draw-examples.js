// Draws the plans of the examples and the picture of the README; `npm run examples` builds the command first.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

function drawPlan(example, format) {
  const words = ['plan', '-q', '-f', `examples/${example}/flotilla.yaml`, '-o', format, '--color', 'never'];
  return execFileSync(process.execPath, ['packages/cli/bin/flotilla.js', ...words], { cwd: root });
}

for (const example of readdirSync(`${root}examples`)) {
  if (!existsSync(`${root}examples/${example}/flotilla.yaml`)) continue;
  writeFileSync(`${root}examples/${example}/plan.txt`, drawPlan(example, 'text'));
  writeFileSync(`${root}examples/${example}/plan.svg`, drawPlan(example, 'svg'));
}
writeFileSync(`${root}docs/shop.svg`, drawPlan('shop', 'svg'));
