import { join } from 'node:path';
import { adminIdentity, createKubeClient, isWrite, type AuditEvent } from '@flotilla/e2e';
import { flotilla, flotillaDirect, helm, kubectl, type Applier, type ApplyTarget } from './appliers.js';
import { layOutWork, type ApplyWork } from './apply-work.js';
import { withCluster } from './bench-cluster.js';
import { configMaps } from './objects.js';
import { sayProgress } from './progress.js';
import { table } from './table.js';

const objectCount = 200;
const agents: Readonly<Record<string, RegExp>> = {
  [flotilla.id]: /^flotilla$/,
  [flotillaDirect.id]: /^flotilla$/,
  [kubectl.id]: /^kubectl\//,
  [helm.id]: /^Helm\//,
};

/** What the API server's audit log says that each contender has asked for 200 ConfigMaps: created, changed, unchanged. */
export async function benchRequests(): Promise<string> {
  return withCluster({ audit: true }, async (cluster, folder) => {
    const first = await layOutWork(join(folder, 'first'), configMaps(objectCount, 1));
    const second = await layOutWork(join(folder, 'second'), configMaps(objectCount, 2));
    const { authority, identity } = await adminIdentity(cluster);
    const client = createKubeClient({ server: cluster.server, authority, ...identity });
    const target = { cluster, client, roundTripMs: 0, kubeconfig: cluster.kubeconfig.admin };
    const rows: string[][] = [];
    for (const applier of [flotilla, flotillaDirect, kubectl, helm]) {
      await cluster.kubectl(['create', 'namespace', applier.id]);
      for (const [phase, work] of [
        ['created', first],
        ['changed', second],
        ['unchanged', second],
      ] as const)
        rows.push([`${applier.name}, ${phase}`, ...(await countRequests(applier, work, target))]);
      sayProgress(applier.name);
    }
    client.close();
    const head = ['writes of objects', 'dry runs', 'other writes', 'lists', 'other reads', 'per object'];
    return table([`${objectCount} ConfigMaps`, ...head], rows);
  });
}

async function countRequests(applier: Applier, work: ApplyWork, target: ApplyTarget): Promise<string[]> {
  const { cluster } = target;
  const before = (await cluster.audit()).length;
  await applier.apply(work, applier.id, target);
  const events = (await cluster.audit()).slice(before);
  const own = events.filter(({ userAgent }) => agents[applier.id]?.test(userAgent));
  const count = (matches: (event: AuditEvent) => boolean) => own.filter(matches).length;
  const writes = count((event) => isWrite(event) && isObject(event));
  const dryRuns = count(({ requestURI }) => /[?&]dryRun=All\b/.test(requestURI));
  const lists = count(({ verb }) => verb === 'list');
  const reads = count(({ verb }) => verb === 'get' || verb === 'watch');
  const others = own.length - writes - dryRuns - lists - reads;
  const counts = [writes, dryRuns, others, lists, reads];
  return [...counts.map(String), (own.length / objectCount).toFixed(2)];
}

function isObject({ requestURI }: AuditEvent): boolean {
  return /\/configmaps\/config-\d/.test(requestURI);
}
