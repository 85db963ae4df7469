import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane, type ControlPlane, type ControlPlaneOptions } from '@flotilla/e2e';

/** Starts a control plane, gives it and an empty folder to `work`, and takes both away again whatever happens. */
export async function withCluster<Result>(
  options: ControlPlaneOptions,
  work: (cluster: ControlPlane, folder: string) => Promise<Result>,
): Promise<Result> {
  const cluster = await startControlPlane(options);
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-bench-'));
  try {
    return await work(cluster, folder);
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true });
  }
}
