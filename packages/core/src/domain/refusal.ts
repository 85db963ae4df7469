/**
 * Why a command ended before anything was written, when no line of the file is to blame. The exit code is one
 * of cli.md: 64 usage, 65 file or plan, 66 no such file, 69 unreachable, 75 locked, 77 forbidden, 78 kubeconfig.
 */
export interface Refusal {
  readonly exitCode: 64 | 65 | 66 | 69 | 75 | 77 | 78;
  /** What and why, in one sentence. */
  readonly message: string;
  /** What to do. */
  readonly help?: string;
}
