import {
  graceNames,
  nearest,
  parseDuration,
  type DeploymentFile,
  type GraceName,
  type GraceSettings,
} from '@flotilla/core';

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
  /** A webhook that the API server has to ask about an object does not answer. */
  readonly webhookSilentMs: number;
}

export const defaultGraceTimes: GraceTimes = {
  imageNotFoundMs: 30_000,
  imagePullMs: 120_000,
  crashLoopMs: 30_000,
  crashLoopRestarts: 3,
  missingConfigMs: 30_000,
  claimUnboundMs: 120_000,
  noRoomMs: 120_000,
  webhookSilentMs: 30_000,
};

const fieldOf: Readonly<Record<GraceName, keyof GraceTimes>> = {
  'image-not-found': 'imageNotFoundMs',
  'image-pull': 'imagePullMs',
  'crash-loop': 'crashLoopMs',
  'missing-config': 'missingConfigMs',
  'claim-unbound': 'claimUnboundMs',
  'no-room': 'noRoomMs',
  'webhook-silent': 'webhookSilentMs',
};

/** `base` with what somebody has set instead. */
function withGrace(base: GraceTimes, settings: GraceSettings): GraceTimes {
  const times = graceNames.flatMap((name) => {
    const ms = settings[name];
    return ms === undefined ? [] : [[fieldOf[name], ms] as const];
  });
  return { ...base, ...Object.fromEntries(times) };
}

/**
 * The grace times of a run: what was said for it (`--grace`) goes before the file's `grace`, and that before the
 * defaults. `played`: those of a rehearsal file, which stand in for the file's and the defaults.
 */
export function chooseGrace(
  file: Pick<DeploymentFile, 'grace'>,
  said: GraceSettings,
  played?: GraceTimes,
): GraceTimes {
  return withGrace(played ?? withGrace(defaultGraceTimes, file.grace), said);
}

/** What `--grace image-not-found=30s,crash-loop=1m` sets (each text one or several by commas), or why it is none. */
export function parseGrace(
  texts: readonly string[],
):
  { readonly ok: true; readonly settings: GraceSettings } | { readonly ok: false; readonly message: string } {
  const settings: Partial<Record<GraceName, number>> = {};
  for (const said of texts.flatMap((text) => text.split(','))) {
    const [name = '', duration = ''] = said.split('=').map((part) => part.trim());
    const known = graceNames.find((one) => one === name);
    const ms = parseDuration(duration);
    if (known === undefined) return { ok: false, message: unknownGrace(name) };
    if (ms === undefined)
      return {
        ok: false,
        message: `${name}=${duration} is no duration: whole seconds, or 250ms, 90s, 1m30s.`,
      };
    settings[known] = ms;
  }
  return { ok: true, settings };
}

function unknownGrace(name: string): string {
  const close = nearest(name, graceNames);
  const hint = close === undefined ? `There are ${graceNames.join(', ')}.` : `Did you mean ${close}?`;
  return `${JSON.stringify(name)} has no grace time. ${hint}`;
}

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
  webhookSilentMs: 0,
};

/** How long nothing may be told before the events are asked; well before anything that they tell is due. */
export function silentMs({ missingConfigMs, noRoomMs }: GraceTimes): number {
  return Math.min(5_000, Math.max(250, Math.min(missingConfigMs, noRoomMs) / 3));
}
