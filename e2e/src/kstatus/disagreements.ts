import { askKstatus, type KstatusStatus } from './ask-kstatus.js';
import type { JudgedObject } from './judged-object.js';
import { findDifference, knownDifferences, type KnownDifference } from './known-differences.js';

const same: Readonly<Record<KstatusStatus, string>> = {
  Current: 'current',
  Failed: 'failed',
  InProgress: 'progressing',
  Terminating: 'progressing',
  error: 'none of ours',
};

export interface Disagreement {
  readonly object: JudgedObject;
  readonly kstatus: string;
  readonly ours: string;
  /** The index of the row of `knownDifferences` that explains it; -1 when none does. */
  readonly row: number;
}

type Judge = (object: JudgedObject) => {
  readonly status: KnownDifference['ours'];
  readonly message: string;
};

/** Where kstatus and `judge` say different things of the same objects. */
export async function findDisagreements(
  given: readonly JudgedObject[],
  judge: Judge,
): Promise<readonly Disagreement[]> {
  // As JSON carries them: without keys whose value is undefined.
  const objects = JSON.parse(JSON.stringify(given)) as readonly JudgedObject[];
  const verdicts = await askKstatus(objects);
  return objects.flatMap((object, index) => {
    const kstatus = verdicts[index];
    if (kstatus === undefined) throw new Error('kstatus left out an object');
    const ours = judge(object);
    if (same[kstatus.status] === ours.status) return [];
    const known = findDifference(object, kstatus.status, ours.status);
    const row = known === undefined ? -1 : knownDifferences.indexOf(known);
    const says = `${kstatus.status}: ${kstatus.message}`;
    return [{ object, kstatus: says, ours: `${ours.status}: ${ours.message}`, row }];
  });
}
