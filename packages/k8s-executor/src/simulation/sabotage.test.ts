import type { Cluster } from '../cluster/cluster.js';
import { isJsonObject } from '../cluster/json.js';
import type { JsonObject } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { digestAnnotation } from '../manifest/labels.js';
import { recordLabel } from '../record/record-names.js';
import { observed } from '../testing/observed-cluster.js';
import type { Sabotage } from './sabotage.js';
import { simulateSeed } from './simulate-seed.js';

/** What is broken on purpose, and what the rules then say. */
interface Case {
  readonly broken: string;
  readonly found: RegExp;
  readonly sabotage: Sabotage;
  /** The seed of the first world that is tried, for what is found in few of them. */
  readonly from?: number;
}

const worldsMax = 40;

const recordOf = ({ metadata }: KubeObject) => metadata.labels?.[recordLabel];
const isOrdinary = (object: KubeObject) => object.kind === 'ConfigMap' && recordOf(object) === undefined;

/** A cluster of which some calls do something else. */
const broken = (change: (cluster: Cluster) => Partial<Cluster>): Sabotage => ({
  cluster: (cluster) => ({ ...observed(cluster, () => undefined), ...change(cluster) }),
});

/** Says yes to writes of some objects, and does nothing. */
const swallowing = (isSwallowed: (object: KubeObject) => boolean): Sabotage =>
  broken((cluster) => ({
    apply: async (object, options) =>
      isSwallowed(object) && options?.dryRun !== true
        ? { ok: true, value: { object, warnings: [] } }
        : cluster.apply(object, options),
    create: async (object, options) =>
      isSwallowed(object) ? { ok: true, value: object } : cluster.create(object, options),
    replace: async (object, options) =>
      isSwallowed(object) ? { ok: true, value: object } : cluster.replace(object, options),
  }));

const dataOf = ({ data }: KubeObject): JsonObject => (isJsonObject(data) ? data : {});
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Every lease looks as if nobody held it. */
const openLock = broken((cluster) => ({
  get: async (reference, signal) => {
    const found = await cluster.get(reference, signal);
    if (reference.kind !== 'Lease' || !found.ok || found.value === undefined) return found;
    return { ok: true, value: { ...found.value, spec: {} } };
  },
}));

/** Jobs are read as if they were of another version. */
const forgottenJobs = broken((cluster) => {
  const forget = (object: KubeObject): KubeObject => {
    if (object.kind !== 'Job') return object;
    const annotations = { ...object.metadata.annotations, [digestAnnotation]: 'sha256:other' };
    return { ...object, metadata: { ...object.metadata, annotations } };
  };
  return {
    get: async (...args) => {
      const found = await cluster.get(...args);
      return found.ok && found.value !== undefined ? { ok: true, value: forget(found.value) } : found;
    },
    list: async (resource, where) => {
      const found = await cluster.list(resource, where);
      const named = (each: KubeObject) => ({ ...each, kind: resource.kind });
      return found.ok ? { ok: true, value: found.value.map((each) => forget(named(each))) } : found;
    },
  };
});

const say = (value: unknown) => text(value).replaceAll(/"outcome":\s*"[a-z-]+"/g, '"outcome": "succeeded"');

const boastfulReceipt = broken((cluster) => ({
  apply: (object, options) => {
    if (recordOf(object) !== 'receipt') return cluster.apply(object, options);
    const receipt = say(dataOf(object)['receipt.json']);
    return cluster.apply({ ...object, data: { 'receipt.json': receipt } }, options);
  },
}));

const boastfulJournal = broken((cluster) => ({
  patch: (reference, patch, options) => {
    const { data } = patch;
    if (!reference.name.endsWith('.journal') || !isJsonObject(data))
      return cluster.patch(reference, patch, options);
    const told = Object.entries(data).map(([key, value]) => [key, say(value)] as const);
    return cluster.patch(reference, { ...patch, data: Object.fromEntries(told) }, options);
  },
}));

/** What was running when a run was cut off counts as done. */
const hastyJournal = broken((cluster) => ({
  get: async (reference, signal) => {
    const found = await cluster.get(reference, signal);
    if (!reference.name.endsWith('.journal') || !found.ok || found.value === undefined) return found;
    const done = { state: 'settled', outcome: 'succeeded', reason: 'ready', startedAt: 0, settledAt: 1 };
    const told = Object.entries(dataOf(found.value)).map(([key, value]) =>
      text(value).includes('"state":"running"')
        ? [key, JSON.stringify({ ...done, run: runOf(found.value), part: 1 })]
        : [key, value],
    );
    return { ok: true, value: { ...found.value, data: Object.fromEntries(told) as JsonObject } };
  },
}));

function runOf(journal: KubeObject | undefined): unknown {
  const header: unknown = JSON.parse(journal === undefined ? '{}' : text(dataOf(journal)['run']));
  return isJsonObject(header) ? header['run'] : undefined;
}

/** The value of the last Secret stands in every ConfigMap. */
const talkative = broken((cluster) => {
  let value: JsonObject = {};
  return {
    apply: (object, options) => {
      if (object.kind === 'Secret') value = dataOf(object);
      return cluster.apply(
        isOrdinary(object) ? { ...object, data: { ...dataOf(object), ...value } } : object,
        options,
      );
    },
  };
});

const cases: readonly Case[] = [
  { broken: 'a lock that does not fence', found: /while run\d\.\d held the lock/, sabotage: openLock },
  {
    broken: 'a lock by clocks of which one is sixteen times as fast as the other',
    found: /while .* held the lock/,
    sabotage: {
      clocks: [
        { skewMs: 0, rate: 0.25 },
        { skewMs: 0, rate: 4 },
      ],
    },
  },
  {
    broken: 'a lock that nobody lets go',
    found: /it still holds the lock/,
    sabotage: broken((cluster) => ({
      delete: async (reference, options) =>
        reference.kind === 'Lease' ? { ok: true, value: true } : cluster.delete(reference, options),
    })),
  },
  {
    broken: 'a journal that is not written ahead',
    found: /before its journal had begun/,
    sabotage: swallowing((object) => recordOf(object) === 'journal'),
  },
  {
    broken: 'an inventory that is not written ahead',
    found: /before the inventory covered its kind/,
    sabotage: swallowing((object) => recordOf(object) === 'inventory'),
  },
  { broken: 'a journal that says it is done', found: /its journal says/, sabotage: boastfulJournal },
  { broken: 'a resume that keeps what was not done', found: /keeps .* said nothing/, sabotage: hastyJournal },
  { broken: 'a run that does jobs again', found: /ran twice under one identity/, sabotage: forgottenJobs },
  { broken: 'a receipt that claims success', found: /its receipt says/, sabotage: boastfulReceipt },
  {
    broken: 'a run that claims success',
    found: /says it has succeeded, but ConfigMap .* is missing/,
    sabotage: swallowing(isOrdinary),
  },
  { broken: 'a run that talks', found: /a Secret's value stands in ConfigMap/, sabotage: talkative },
  {
    broken: 'a history of which the secrets are missing',
    found: /can be seen but is not whole/,
    sabotage: swallowing((object) => object.kind === 'Secret' && recordOf(object) === 'history'),
  },
  {
    broken: 'a run that hears no signal',
    found: /was told to stop and went on/,
    sabotage: { isDeaf: true },
    from: 50,
  },
  {
    broken: 'a run that waits for ever',
    found: /stuck|not over|last run/,
    sabotage: broken((cluster) => ({
      get: (reference, signal) =>
        reference.name.endsWith('.journal') ? new Promise(() => undefined) : cluster.get(reference, signal),
    })),
  },
];

/** Whether a rule says so in one of the worlds; the rules are worth what they find. */
async function isFound({ sabotage, found, from = 1 }: Case): Promise<boolean> {
  for (let seed = from; seed < from + worldsMax; seed += 1) {
    const { violations } = await simulateSeed(seed, { sabotage });
    if (violations.some((violation) => found.test(violation))) return true;
  }
  return false;
}

test.each(cases)(
  '$broken is found',
  async (each) => {
    expect(await isFound(each)).toBe(true);
  },
  120_000,
);
