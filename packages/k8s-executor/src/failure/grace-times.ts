/** How long evidence that often heals must last before it fails a task, in milliseconds (execution.md §3). */
export interface GraceTimes {
  /** The registry says that the image is not there. */
  readonly imageNotFoundMs: number;
  /** The image cannot be pulled for any other reason. */
  readonly imagePullMs: number;
  /** A container crashes again and again, without a ready pod in between. */
  readonly crashLoopMs: number;
  /** Restarts of one container before it counts as a crash loop. */
  readonly crashLoopRestarts: number;
  /** A Secret or ConfigMap that a pod needs does not exist. */
  readonly missingConfigMs: number;
  readonly claimUnboundMs: number;
  /** No node has room and no scale-up is announced, or a quota refuses pods. */
  readonly noRoomMs: number;
}

export const defaultGraceTimes: GraceTimes = {
  imageNotFoundMs: 30_000,
  imagePullMs: 120_000,
  crashLoopMs: 30_000,
  crashLoopRestarts: 3,
  missingConfigMs: 30_000,
  claimUnboundMs: 120_000,
  noRoomMs: 120_000,
};

/**
 * For failures that are played on purpose, where no symptom is a glimpse: each that a rehearsal can name is a
 * verdict at once.
 */
export const rehearsedGraceTimes: GraceTimes = {
  ...defaultGraceTimes,
  imageNotFoundMs: 0,
  imagePullMs: 0,
  crashLoopMs: 0,
  crashLoopRestarts: 0,
  missingConfigMs: 0,
  noRoomMs: 0,
};
