// tsc does not copy JSON that no source imports: the executors' schemas.
const { copyFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');

const from = join(__dirname, 'src', 'executors');
for (const { name: executor } of readdirSync(from, { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
)) {
  copyFileSync(
    join(from, executor, 'schema.json'),
    join(__dirname, 'dist', 'executors', executor, 'schema.json'),
  );
}
