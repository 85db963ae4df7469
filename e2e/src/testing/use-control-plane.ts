import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startControlPlane,
  type ControlPlane,
  type ControlPlaneOptions,
} from '../control-plane/control-plane.js';
import { createNamespace } from './create-namespace.js';
import { createDeployment, type Deployment, type DeploymentFiles } from './deployment.js';

type LayOut = (namespace: string, files: DeploymentFiles, kubeconfig?: string) => Promise<Deployment>;

/** What a suite that runs against a control plane of its own works with. */
export interface ControlPlaneSuite {
  /** There from the first hook of the suite to its last test; throws outside of that. */
  readonly cluster: ControlPlane;
  /** Lays out files for a new namespace, which is made; its runs take the kubeconfig, by default the admin's. */
  readonly deployment: LayOut;
  /** The same for a namespace that is there already, or that is not to be there. */
  readonly neighbour: LayOut;
  /** A new folder. It goes with the suite, as those of deployments do. */
  readonly temporaryFolder: () => Promise<string>;
  /** All folders so far. */
  readonly folders: () => readonly string[];
}

/** To be called at the top of a suite: starts a control plane before its tests, and takes down all there was after them. */
export function useControlPlane(options: ControlPlaneOptions = {}): ControlPlaneSuite {
  const folders: string[] = [];
  let started: ControlPlane | undefined;

  beforeAll(async () => {
    started = await startControlPlane(options);
  });

  afterAll(async () => {
    await started?.stop();
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
  });

  const cluster = onceStarted(() => {
    if (started === undefined) throw new Error('Bug: the control plane is used before it runs.');
    return started;
  });
  const neighbour: LayOut = async (namespace, files, kubeconfig) => {
    const target = { ...cluster, kubeconfig: { admin: kubeconfig ?? cluster.kubeconfig.admin } };
    const made = await createDeployment(target, namespace, files);
    folders.push(made.folder);
    return made;
  };
  return {
    cluster,
    neighbour,
    deployment: async (namespace, ...given) => {
      await createNamespace(cluster.client, namespace);
      return await neighbour(namespace, ...given);
    },
    temporaryFolder: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'flotilla-suite-'));
      folders.push(folder);
      return folder;
    },
    folders: () => folders,
  };
}

/** A control plane that can be named before it runs. */
function onceStarted(started: () => ControlPlane): ControlPlane {
  return {
    get server() {
      return started().server;
    },
    get folder() {
      return started().folder;
    },
    get kubeconfig() {
      return started().kubeconfig;
    },
    get client() {
      return started().client;
    },
    store: (...given) => started().store(...given),
    kubectl: (...given) => started().kubectl(...given),
    audit: () => started().audit(),
    restartApiServer: () => started().restartApiServer(),
    nodeErrors: () => started().nodeErrors(),
    loseNode: (name) => started().loseNode(name),
    stop: () => started().stop(),
  };
}
