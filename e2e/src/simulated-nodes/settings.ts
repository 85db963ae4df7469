/** How fast the simulated world is. Pods can say otherwise by annotation (see behaviour.ts). */
export interface NodeSettings {
  readonly nodes: number;
  /** From scheduled to running. */
  readonly startMs: number;
  /** From running to ready. */
  readonly readyMs: number;
  /** How long a container runs that is to complete or to crash. */
  readonly runMs: number;
  /** From the deletion to the end, at most the grace period. */
  readonly terminateMs: number;
  /** The first back-off; doubled each time. */
  readonly backOffMs: number;
  readonly backOffMaxMs: number;
  /** Between two renewals of a node's lease. */
  readonly heartbeatMs: number;
}

export const defaultNodeSettings: NodeSettings = {
  nodes: 3,
  startMs: 300,
  readyMs: 300,
  runMs: 500,
  terminateMs: 200,
  backOffMs: 1_000,
  backOffMaxMs: 60_000,
  heartbeatMs: 10_000,
};

/** The wait after `count` failures before this one. */
export function backOff(settings: NodeSettings, count: number): number {
  return Math.min(settings.backOffMs * 2 ** count, settings.backOffMaxMs);
}
