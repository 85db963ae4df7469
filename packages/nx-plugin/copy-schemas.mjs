// tsc does not copy JSON that no source imports: the executors' schemas.
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = import.meta.dirname;
const folders = readdirSync(join(root, 'src', 'executors'), { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
);
for (const { name } of folders)
  copyFileSync(
    join(root, 'src', 'executors', name, 'schema.json'),
    join(root, 'dist', 'executors', name, 'schema.json'),
  );
