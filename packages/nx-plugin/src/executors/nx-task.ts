import type { ExecutorContext } from '@nx/devkit';
import type { WorkflowOptions } from './options';
import { openOutput, print, type TaskOutput } from './print';

/** A task that Nx runs: what it is asked for, and where its words go. */
export interface NxTask<Options = WorkflowOptions> extends TaskOutput {
  readonly options: Options;
  readonly context: ExecutorContext;
}

/** How Nx calls an executor. */
type Executor<Options> = (options: Options, context: ExecutorContext) => Promise<{ success: boolean }>;

/** An executor as Nx calls it; what it says goes through one redactor. `act` resolves to whether the task succeeded. */
export function defineExecutor<Options extends WorkflowOptions = WorkflowOptions>(
  act: (task: NxTask<Options>) => Promise<boolean>,
): Executor<Options> {
  return async (options, context) => ({
    success: await act({ options, context, ...(await openOutput(print)) }),
  });
}
