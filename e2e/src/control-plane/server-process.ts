import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ServerCommand {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly logFile: string;
}

/** A program of the control plane while it runs. */
export interface ServerProcess {
  readonly name: string;
  /** Aborted when the process has exited, whoever ended it; the reason says so, with the end of its log. */
  readonly exited: AbortSignal;
  /** Asks it to end, insists after five seconds, and resolves when it is gone. */
  stop(): Promise<void>;
  /** Ends it without asking, as a power cut would. */
  kill(): Promise<void>;
}

const graceMs = 5_000;

/** Starts a program in a process group of its own that dies with this process, however this one dies. */
export function startServer(command: ServerCommand): ServerProcess {
  const log = openSync(command.logFile, 'a');
  const child = spawn(command.program, command.args, { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  const exited = new AbortController();
  const release = child.pid === undefined ? () => undefined : guard(child.pid);
  const onEnd = (why: string) => {
    release();
    exited.abort(new Error(`${command.name} ${why}.\n${logTail(command.logFile)}`));
  };
  child.once('error', (error) => {
    onEnd(`did not start: ${error.message}`);
  });
  child.once('exit', (code, signal) => {
    onEnd(`ended with ${signal ?? `exit code ${code ?? 0}`}`);
  });
  return {
    name: command.name,
    exited: exited.signal,
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
  };
}

/** The last lines of a log, for messages. */
function logTail(logFile: string): string {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  process.kill(-child.pid, signal);
  const late = new AbortController();
  const overdue = sleep(graceMs, true, { signal: late.signal, ref: false }).catch(() => false);
  const forced = await Promise.race([gone.then(() => false), overdue]);
  late.abort();
  if (forced) process.kill(-child.pid, 'SIGKILL');
  await gone;
}

/**
 * A shell that waits for the end of its input, which comes when this process ends in whatever way, and then kills
 * the process group. The returned function dismisses it: a pid that is free again may belong to a stranger.
 */
function guard(pid: number): () => void {
  const script = 'read -r _; kill -s KILL -- "$0"';
  const shell = spawn('/bin/sh', ['-c', script, `-${pid}`], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  return () => {
    shell.kill('SIGKILL');
    shell.stdin.destroy();
  };
}
