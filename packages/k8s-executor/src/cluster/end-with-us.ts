import type { ChildProcess } from 'node:child_process';

/**
 * Kills a child that leads a process group of its own, and all that it has started, when this process exits: nothing may
 * outlive us. A child in our group dies alone; Ctrl-C has reached the others then.
 */
export function endWithUs(child: ChildProcess): void {
  const kill = () => {
    killGroup(child);
  };
  // One listener for each child that runs, however many do at once.
  process.setMaxListeners(process.getMaxListeners() + 1);
  process.once('exit', kill);
  // Of a program that could not be started only the error is certain.
  const ended = new AbortController();
  child.once('close', () => {
    ended.abort();
  });
  child.once('error', () => {
    ended.abort();
  });
  ended.signal.addEventListener('abort', () => {
    process.off('exit', kill);
    process.setMaxListeners(process.getMaxListeners() - 1);
  });
}

/** Kills a child and, where it leads a process group, all that it has started. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself, or leads no group; on Windows there are none.
    child.kill('SIGKILL');
  }
}
