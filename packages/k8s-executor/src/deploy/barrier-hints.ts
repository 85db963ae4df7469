import { compilePlan, type DeploymentFile, type Diagnostic, type Plan } from '@flotilla/core';
import { recordedDurations } from '../record/expected-durations.js';
import type { Receipt } from '../record/receipt.js';

/** Which steps cost more than they protect, in the seconds that the last runs took (semantics.md §4); only hints. */
export function barrierHints(
  file: DeploymentFile,
  { workflow }: Plan,
  receipt: Receipt | undefined,
): readonly Diagnostic[] {
  const known = recordedDurations(receipt);
  if (known.size === 0) return [];
  const { diagnostics } = compilePlan(file, { workflow, durations: ({ id }) => known.get(id) });
  return diagnostics.filter(({ code }) => code === 'compile/barrier-costs');
}
