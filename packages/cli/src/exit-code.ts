/**
 * How a command ends (semantics.md §3, cli.md). The outcomes of a run are 0, 1, 2, 129, 130 and 143; a refusal,
 * where nothing was written, is one of sysexits.h.
 */
export const exitCodes = {
  0: 'done; for a run: every task succeeded or recovered',
  1: 'halted: a halt_on_error task failed (diff: there are differences; ready: something is not)',
  2: 'degraded: the run went to its end, some ignored errors never healed',
  64: 'wrong usage of the command line',
  65: 'the file or the plan is wrong',
  66: 'no such file',
  69: 'the cluster cannot be reached',
  70: 'a bug of Flotilla',
  74: 'the output could not be written',
  75: 'another run holds the lock',
  77: 'the cluster forbids it',
  78: 'the kubeconfig or the context is wrong',
  129: 'cancelled by SIGHUP (its terminal was closed)',
  130: 'cancelled by SIGINT (Ctrl-C)',
  143: 'cancelled by SIGTERM or a lost lock, or superseded: a newer run has taken over',
} as const;
