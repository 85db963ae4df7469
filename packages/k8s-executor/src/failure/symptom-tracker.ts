import type { Symptom } from './symptom.js';

/** Remembers since when each symptom has lasted. Pure but for that memory: times are given to it. */
export interface SymptomTracker {
  /** Takes in all symptoms of a moment: one that is not among them has healed. */
  observe(symptoms: readonly Symptom[], nowMs: number): void;
  /** The symptom that has outlived its grace; the one that cannot heal first, then the oldest. */
  due(nowMs: number): Symptom | undefined;
  /** When the next symptom outlives its grace if nothing changes. */
  nextDueMs(): number | undefined;
  /** Gives a symptom its full grace again, e.g. because nodes are on their way. */
  renew(key: string, nowMs: number): void;
  /** The most telling symptom there is, due or not. */
  strongest(): Symptom | undefined;
}

interface Tracked {
  readonly sinceMs: number;
  readonly symptom: Symptom;
}

export function createSymptomTracker(): SymptomTracker {
  let tracked: ReadonlyMap<string, Tracked> = new Map();

  function sorted(): readonly Tracked[] {
    return [...tracked.values()].sort(
      (a, b) =>
        Number(b.symptom.conclusive) - Number(a.symptom.conclusive) ||
        a.symptom.graceMs - b.symptom.graceMs ||
        a.sinceMs - b.sinceMs,
    );
  }

  return {
    observe(symptoms, nowMs) {
      const next = new Map<string, Tracked>();
      for (const symptom of symptoms) {
        const known = next.get(symptom.key) ?? tracked.get(symptom.key);
        next.set(symptom.key, known === undefined ? { sinceMs: nowMs, symptom } : merge(known, symptom));
      }
      tracked = next;
    },
    due(nowMs) {
      return sorted().find((each) => each.symptom.conclusive && dueMs(each) <= nowMs)?.symptom;
    },
    nextDueMs() {
      const times = [...tracked.values()].filter((each) => each.symptom.conclusive).map(dueMs);
      return times.length === 0 ? undefined : Math.min(...times);
    },
    renew(key, nowMs) {
      const known = tracked.get(key);
      if (known !== undefined) tracked = new Map(tracked).set(key, { ...known, sinceMs: nowMs });
    },
    strongest() {
      return sorted()[0]?.symptom;
    },
  };
}

/** kubelet tells why an image cannot be pulled only now and then: the most telling words stay. */
function merge(known: Tracked, symptom: Symptom): Tracked {
  const telling =
    known.symptom.graceMs < symptom.graceMs && known.symptom.conclusive ? known.symptom : symptom;
  return { sinceMs: known.sinceMs, symptom: telling };
}

function dueMs({ sinceMs, symptom }: Tracked): number {
  return sinceMs + symptom.graceMs;
}
