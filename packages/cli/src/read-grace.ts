import type { GraceSettings } from '@flotilla/core';
import { parseGrace } from '@flotilla/k8s-executor';
import type { FlagValues } from './flags.js';
import { refuseUsage } from './refusal.js';

/** `--grace` as runs take it; refuses what is no grace time. */
export function readGrace(flags: FlagValues): GraceSettings {
  const read = parseGrace(flags.list('grace'));
  if (!read.ok) refuseUsage(`--grace: ${read.message}`);
  return read.settings;
}
