import { spawn } from 'node:child_process';

export interface ProgramResult {
  /** The exit code; 128 + the signal's number is what a shell would say, here it is null with `signal`. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Written to its standard input, which is then closed; without it there is none. */
  readonly input?: string;
  /** It is killed after this long; default five minutes: a limit for what hangs, however slow the machine is. */
  readonly timeoutMs?: number;
  /** It leads a process group of its own, and `kill` reaches all of that, as Ctrl-C in a terminal does. */
  readonly ownGroup?: boolean;
  /** Called as soon as it runs. */
  readonly onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
  /** Called with everything it has written so far to both outputs, whenever that grows. */
  readonly onOutput?: (stdout: string, stderr: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs a program to its end, whatever its exit code. Rejects only when it cannot be started. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const startedAt = performance.now();
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: options.ownGroup ?? false,
    timeout: options.timeoutMs ?? 300_000,
    killSignal: 'SIGKILL',
  });
  const kill = (signal: NodeJS.Signals) => {
    if (options.ownGroup === true && child.pid !== undefined) process.kill(-child.pid, signal);
    else child.kill(signal);
  };
  options.onStart?.(kill);
  let stdout = '';
  let stderr = '';
  const tell = () => options.onOutput?.(stdout, stderr, kill);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    tell();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    tell();
  });
  child.stdin.on('error', () => undefined).end(options.input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr, durationMs: performance.now() - startedAt });
    });
  });
}
