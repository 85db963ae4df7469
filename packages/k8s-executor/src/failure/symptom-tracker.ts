import type { Symptom } from './symptom.js';

/** Remembers since when each symptom has lasted. Pure but for that memory: times are given to it. */
export interface SymptomTracker {
  /** Takes in all symptoms of a moment: one that is not among them has healed. */
  observe(symptoms: readonly Symptom[], nowMs: number): void;
  /** The symptom that has outlived its grace; the one that cannot heal first, then the oldest. */
  due(nowMs: number): Symptom | undefined;
  /** When the next symptom outlives its grace if nothing changes. */
  nextDueMs(): number | undefined;
  /** Gives a symptom its full grace again, a second at least, e.g. because nodes are on their way. */
  renew(key: string, nowMs: number): void;
  /** The most telling symptom there is, due or not; silent only when there is no other. */
  strongest(): Symptom | undefined;
}

/** What cannot heal has no grace time to be given again. */
const leastRenewalMs = 1_000;

interface Tracked {
  readonly sinceMs: number;
  /** Not due before, however long it has lasted. */
  readonly notBeforeMs: number;
  readonly symptom: Symptom;
}

export function createSymptomTracker(): SymptomTracker {
  let tracked: ReadonlyMap<string, Tracked> = new Map();
  /** Of the next symptom. Asked for at every event of a run, hundreds of trackers each: so it is known beforehand. */
  let nextMs: number | undefined;

  function keep(next: ReadonlyMap<string, Tracked>): void {
    tracked = next;
    const times = [...next.values()].filter((each) => each.symptom.conclusive).map(dueMs);
    nextMs = times.length === 0 ? undefined : Math.min(...times);
  }

  function sorted(among: readonly Tracked[]): readonly Tracked[] {
    return among.toSorted(
      (a, b) =>
        Number(a.symptom.class === 'silent') - Number(b.symptom.class === 'silent') ||
        Number(b.symptom.conclusive) - Number(a.symptom.conclusive) ||
        a.symptom.graceMs - b.symptom.graceMs ||
        a.sinceMs - b.sinceMs,
    );
  }

  return {
    observe(symptoms, nowMs) {
      const seen = new Map<string, Symptom>();
      for (const symptom of symptoms) {
        const other = seen.get(symptom.key);
        if (other === undefined || !outweighs(other, symptom)) seen.set(symptom.key, symptom);
      }
      keep(new Map([...seen].map(([key, symptom]) => [key, goOn(tracked.get(key), symptom, nowMs)])));
    },
    due(nowMs) {
      if (nextMs === undefined || nextMs > nowMs) return undefined;
      const all = [...tracked.values()];
      return sorted(all.filter((each) => each.symptom.conclusive && dueMs(each) <= nowMs))[0]?.symptom;
    },
    nextDueMs: () => nextMs,
    renew(key, nowMs) {
      const known = tracked.get(key);
      if (known !== undefined)
        keep(
          new Map(tracked).set(key, {
            ...known,
            notBeforeMs: nowMs + Math.max(leastRenewalMs, known.symptom.graceMs),
          }),
        );
    },
    strongest() {
      return sorted([...tracked.values()])[0]?.symptom;
    },
  };
}

/** Of two pods with the same trouble the one that is surer of it, or is sooner due, speaks. */
function outweighs(one: Symptom, other: Symptom): boolean {
  if (one.conclusive !== other.conclusive) return one.conclusive;
  return one.graceMs <= other.graceMs;
}

/** kubelet tells why an image cannot be pulled only now and then: the most telling words stay. */
function goOn(known: Tracked | undefined, symptom: Symptom, nowMs: number): Tracked {
  if (known === undefined) return { sinceMs: nowMs, notBeforeMs: nowMs, symptom };
  const wasSilent = known.symptom.class === 'silent';
  const isTelling = !wasSilent && known.symptom.conclusive && known.symptom.graceMs < symptom.graceMs;
  const notBeforeMs = wasSilent && symptom.class !== 'silent' ? nowMs : known.notBeforeMs;
  return { sinceMs: known.sinceMs, notBeforeMs, symptom: isTelling ? known.symptom : symptom };
}

function dueMs({ sinceMs, notBeforeMs, symptom }: Tracked): number {
  return Math.max(sinceMs + symptom.graceMs, notBeforeMs);
}
