/** Says on standard error how far a benchmark is; its tables go to standard output. */
export function sayProgress(text: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
}
