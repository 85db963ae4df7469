import { spawn } from 'node:child_process';
import { endWithUs, killGroup } from '../cluster/end-with-us.js';

export interface ProgramRequest {
  readonly program: string;
  /** Passed as they are: no shell ever sees them. */
  readonly args: readonly string[];
  readonly directory: string;
  readonly timeoutMs: number;
  /** Kills it, and what it has started. */
  readonly signal?: AbortSignal;
}

/** What became of a program. `missing`: there is no such program. */
export type ProgramResult =
  | { readonly kind: 'exited'; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'stopped' };

/** Runs a program to its end and gives its output. Never rejects. */
export type RunProgram = (request: ProgramRequest) => Promise<ProgramResult>;

/** Runs a renderer as a child process without a shell and without input. */
export const runChildProcess: RunProgram = (request) =>
  new Promise((resolve) => {
    const timeout = AbortSignal.timeout(request.timeoutMs);
    const end = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
    if (end.aborted) {
      resolve({ kind: 'stopped' });
      return;
    }
    const child = spawn(request.program, [...request.args], {
      cwd: request.directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own: kustomize starts git, helm starts plugins, and none of them may outlive us.
      detached: true,
    });
    endWithUs(child);
    const kill = () => {
      killGroup(child);
      resolve({ kind: timeout.aborted ? 'timed-out' : 'stopped' });
    };
    end.addEventListener('abort', kill, { once: true });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', (error: NodeJS.ErrnoException) => {
      end.removeEventListener('abort', kill);
      if (error.code === 'ENOENT' || error.code === 'EACCES') resolve({ kind: 'missing' });
      else resolve({ kind: 'exited', code: 1, stdout: '', stderr: error.message });
    });
    child.on('close', (code) => {
      end.removeEventListener('abort', kill);
      resolve({
        kind: 'exited',
        code: code ?? 1,
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
      });
    });
  });
