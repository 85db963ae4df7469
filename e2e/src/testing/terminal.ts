import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A real terminal (tmux) with a shell in it. */
export interface Terminal {
  /** Types keys as tmux names them: `C-c`, `Enter`, or text. */
  press(...keys: readonly string[]): Promise<void>;
  /** What a person sees, without blanks at line ends; with `history` also what has scrolled out. */
  screen(options?: { readonly history?: boolean }): Promise<string>;
  /** True while the cursor can be seen. */
  showsCursor(): Promise<boolean>;
  resize(columns: number, rows: number): Promise<void>;
  /** Resolves to the screen as soon as `text` stands on it; rejects after `timeoutMs` (default five minutes, a limit for what hangs). */
  waitFor(text: string | RegExp, timeoutMs?: number): Promise<string>;
  close(): Promise<void>;
}

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly cwd: string;
}

/** Opens a terminal of its own tmux server, so that nobody's sessions or settings are touched. Needs tmux. */
export async function openTerminal({ columns, rows, cwd }: TerminalOptions): Promise<Terminal> {
  const socket = `flotilla-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const tmux = async (...words: readonly string[]) =>
    (await run('tmux', ['-L', socket, '-f', '/dev/null', ...words])).stdout;
  const size = ['-x', String(columns), '-y', String(rows)];
  const shell = `env PS1='$ ' HOME=/nonexistent CI= bash --norc --noprofile`;
  await tmux('new-session', '-d', '-s', 'main', ...size, '-c', cwd, shell);
  const screen = async ({ history = false } = {}) =>
    (await tmux('capture-pane', '-p', '-t', 'main', ...(history ? ['-S', '-'] : [])))
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n');
  return {
    press: async (...keys) => {
      await tmux('send-keys', '-t', 'main', ...keys);
    },
    screen,
    showsCursor: async () =>
      (await tmux('display-message', '-p', '-t', 'main', '#{cursor_flag}')).trim() === '1',
    resize: async (toColumns, toRows) => {
      await tmux('resize-window', '-t', 'main', '-x', String(toColumns), '-y', String(toRows));
    },
    waitFor: (text, timeoutMs = 300_000) => waitForText(screen, text, timeoutMs),
    close: async () => {
      await tmux('kill-server');
    },
  };
}

// A terminal tells nobody that its screen has changed.
async function waitForText(
  screen: () => Promise<string>,
  text: string | RegExp,
  timeoutMs: number,
): Promise<string> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const seen = await screen();
    if (typeof text === 'string' ? seen.includes(text) : text.test(seen)) return seen;
    if (performance.now() > until) throw new Error(`${String(text)} never came. The screen:\n${seen}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
