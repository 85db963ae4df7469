import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeOnce } from './make-once.js';
import { sourceFolder, type ToolModule } from './tool-modules.js';

const run = promisify(execFile);
/** For what hangs: it takes minutes on two idle cores. */
const buildTimeoutMs = 2 * 60 * 60_000;

/**
 * Builds the module's binaries into `folder`, which appears complete or not at all. A second builder waits for
 * the first and takes what it made. Throws with the output of `go` when the build fails.
 */
export async function buildTools(module: ToolModule, folder: string): Promise<void> {
  await makeOnce(folder, (into) => buildInto(module, into));
}

async function buildInto(module: ToolModule, folder: string): Promise<void> {
  process.stderr.write(`Building ${module.binaries.join(', ')} once, into ${folder}. This takes minutes.\n`);
  // One package may get any name; many go into a folder under their own names.
  const [binary] = module.binaries;
  const output = module.binaries.length === 1 ? join(folder, binary ?? '') : `${folder}/`;
  const flags = ['-trimpath', '-buildvcs=false', '-ldflags', module.linkerFlags, '-o', output];
  await run('go', ['build', ...flags, module.packages], {
    cwd: sourceFolder(module),
    env: { ...process.env, CGO_ENABLED: '0' },
    timeout: buildTimeoutMs,
    maxBuffer: 64 * 1024 * 1024,
  });
}
