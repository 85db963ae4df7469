// Packs the package of the working directory and has publint and, when a profile of the importers it is for
// is named, Are the Types Wrong look at the very tarball that would be published.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [profile] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'flotilla-pack-'));
try {
  run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder]);
  const [tarball] = readdirSync(folder).map((name) => join(folder, name));
  run('publint', ['run', tarball, '--strict']);
  if (profile !== undefined) run('attw', [tarball, '--profile', profile]);
} finally {
  rmSync(folder, { recursive: true });
}

function run(program, args) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exitCode = 1;
}
