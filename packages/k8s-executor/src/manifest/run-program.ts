import { spawn } from 'node:child_process';

export interface ProgramRequest {
  readonly program: string;
  /** Passed as they are: no shell ever sees them. */
  readonly args: readonly string[];
  readonly directory: string;
  readonly timeoutMs: number;
}

/** What became of a program. `missing`: there is no such program. */
export type ProgramResult =
  | { readonly kind: 'exited'; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'timed-out' };

/** Runs a program to its end and gives its output. Never rejects. */
export type RunProgram = (request: ProgramRequest) => Promise<ProgramResult>;

/** Runs a renderer as a child process without a shell and without input. */
export const runChildProcess: RunProgram = (request) =>
  new Promise((resolve) => {
    const child = spawn(request.program, [...request.args], {
      cwd: request.directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: AbortSignal.timeout(request.timeoutMs),
      killSignal: 'SIGKILL',
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.name === 'AbortError') resolve({ kind: 'timed-out' });
      else if (error.code === 'ENOENT' || error.code === 'EACCES') resolve({ kind: 'missing' });
      else resolve({ kind: 'exited', code: 1, stdout: '', stderr: error.message });
    });
    child.on('close', (code) => {
      resolve({
        kind: 'exited',
        code: code ?? 1,
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
      });
    });
  });
