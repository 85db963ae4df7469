import { join } from 'node:path';
import { findBinaries } from '../control-plane/find-binaries.js';
import { runProgram } from '../control-plane/run-program.js';
import { kstatusModule } from '../control-plane/tool-modules.js';

/** What kstatus says of an object; `error` where it refuses to judge. */
export type KstatusStatus = 'InProgress' | 'Failed' | 'Current' | 'Terminating' | 'error';

export interface KstatusVerdict {
  readonly status: KstatusStatus;
  readonly message: string;
}

/** Lets kstatus itself (cli-utils, Go) judge objects; the verdicts in their order. */
export async function askKstatus(objects: readonly object[]): Promise<readonly KstatusVerdict[]> {
  const program = join(await findBinaries(kstatusModule), 'kstatus');
  const input = objects.map((object) => `${JSON.stringify(object)}\n`).join('');
  const { code, stdout, stderr } = await runProgram(program, [], { input });
  if (code !== 0) throw new Error(`kstatus: ${stderr}`);
  return stdout.trimEnd().split('\n').map(readVerdict);
}

function readVerdict(line: string): KstatusVerdict {
  const verdict = JSON.parse(line) as { status?: KstatusStatus; message?: string; error?: string };
  return verdict.error === undefined
    ? { status: verdict.status ?? 'error', message: verdict.message ?? '' }
    : { status: 'error', message: verdict.error };
}
