import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubeClient, type KubeClient } from '../kube-client/kube-client.js';
import type { NodeSettings } from '../simulated-nodes/settings.js';
import { startSimulatedNodes, type SimulatedNodes } from '../simulated-nodes/start-simulated-nodes.js';
import { readAuditLog, writeAuditPolicy, type AuditEvent } from './audit-log.js';
import { awaitReady } from './await-ready.js';
import { findBinaries } from './find-binaries.js';
import { writeKubeconfig } from './kubeconfig.js';
import { createPki, type CertificateUser, type Pki } from './pki.js';
import * as program from './program-arguments.js';
import { reservePorts, type ReservedPorts } from './reserve-ports.js';
import { runProgram, type ProgramResult } from './run-program.js';
import { storeInEtcd } from './store-in-etcd.js';
import { startServer, type ServerProcess } from './server-process.js';
import { etcdModule, kubernetesModule } from './tool-modules.js';

export interface ControlPlaneOptions {
  /** How the simulated nodes behave; `{nodes: 0}` leaves them out, and pods stay pending. */
  readonly nodes?: Partial<NodeSettings>;
  /** Keeps an audit log, with what was sent if so asked; see `ControlPlane.audit`. Default true. */
  readonly audit?: boolean | 'bodies';
  /**
   * The limit of the controllers' and the scheduler's own clients. Default 1,000, so that they are no bottleneck;
   * `undefined` said aloud keeps Kubernetes' defaults (20 and 50), which is what real clusters have.
   */
  readonly controllerRequestsPerSecond?: number | undefined;
  /** How long a node may say nothing before it counts as lost, in whole seconds. Default: Kubernetes' own (50). */
  readonly nodeGraceSeconds?: number;
}

/** A real Kubernetes control plane on loopback with simulated nodes, and what tests need to use it. */
export interface ControlPlane {
  /** `https://127.0.0.1:…` */
  readonly server: string;
  /** Holds keys, logs and data; removed by `stop`, unless FLOTILLA_KEEP_CONTROL_PLANE is set. */
  readonly folder: string;
  /** Paths of kubeconfigs. `bystander` is known by a token and may do nothing; `expired` was the admin until an hour ago. */
  readonly kubeconfig: { readonly admin: string; readonly bystander: string; readonly expired: string };
  /** A bare client with all rights. */
  readonly client: KubeClient;
  /** Stores an object where the API server keeps it, past its checks: what an older server had let in. */
  store(plural: string, name: string, object: object): Promise<void>;
  /** Runs the control plane's own kubectl as the admin. */
  kubectl(args: readonly string[], input?: string): Promise<ProgramResult>;
  /** Everything the API server was asked so far. */
  audit(): Promise<readonly AuditEvent[]>;
  /** Kills the API server and starts it again at the same address; resolves when it is ready. */
  restartApiServer(): Promise<void>;
  /** Failures of the simulated nodes that nothing explains; a suite expects none. */
  nodeErrors(): readonly unknown[];
  /** From now on nothing is heard of a simulated node and its pods; the function that is returned brings it back. */
  loseNode(name: string): () => Promise<void>;
  stop(): Promise<void>;
}

/** Seconds on an idle machine; a limit for what hangs. */
const readyTimeoutMs = 300_000;

/**
 * Starts etcd, kube-apiserver, kube-controller-manager, kube-scheduler and simulated nodes. When it cannot, it stops
 * what has started, keeps the folder with the logs, and throws with the end of the guilty log.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const reserved = await reservePorts(5);
  const layout = await createLayout(reserved);
  const starter = new Starter(layout, reserved, options);
  try {
    return await starter.start();
  } catch (error) {
    await starter.stopAll();
    throw new Error(`The control plane did not start; its logs are in ${join(layout.folder, 'log')}.`, {
      cause: error,
    });
  }
}

async function createLayout({ ports }: ReservedPorts): Promise<program.Layout> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-control-plane-'));
  await Promise.all(['log', 'kubeconfig'].map((name) => mkdir(join(folder, name))));
  const [apiServer = 0, etcd = 0, etcdPeer = 0, controllerManager = 0, scheduler = 0] = ports;
  return { folder, ports: { apiServer, etcd, etcdPeer, controllerManager, scheduler } };
}

class Starter {
  readonly #layout: program.Layout;
  readonly #reserved: ReservedPorts;
  readonly #options: ControlPlaneOptions;
  readonly #servers = new Map<string, ServerProcess>();
  #nodes: SimulatedNodes | undefined;

  constructor(layout: program.Layout, reserved: ReservedPorts, options: ControlPlaneOptions) {
    this.#layout = layout;
    this.#reserved = reserved;
    this.#options = options;
  }

  async start(): Promise<ControlPlane> {
    const { folder } = this.#layout;
    const [etcdFolder, binaries, pki] = await Promise.all([
      findBinaries(etcdModule),
      findBinaries(kubernetesModule),
      createPki(join(folder, 'pki')),
    ]);
    await writeAuditPolicy(program.auditPolicyFile(this.#layout), this.#options.audit === 'bodies');
    const kubeconfig = await this.#writeKubeconfigs(pki);
    this.#startServer('etcd', join(etcdFolder, 'etcd'), program.etcdArguments(this.#layout));
    await this.#startApiServer(binaries, pki);
    await Promise.all([this.#startControllers(binaries, pki), this.#startNodes(pki)]);
    const client = this.#client(pki, 'admin');
    await this.#awaitServiceAccount(client);
    return {
      server: this.#server,
      folder,
      kubeconfig,
      client,
      store: (plural, name, object) => storeInEtcd(this.#layout.ports.etcd, `${plural}/${name}`, object),
      kubectl: (args, input) =>
        runProgram(join(binaries, 'kubectl'), args, {
          // What the kinds of a server are is kept by address: no other one may be taken for this, nor anything be left.
          env: { ...process.env, KUBECONFIG: kubeconfig.admin, KUBECACHEDIR: join(folder, 'kubectl') },
          ...(input !== undefined && { input }),
        }),
      audit: () => readAuditLog(program.auditLogFile(this.#layout)),
      restartApiServer: async () => {
        await this.#servers.get('kube-apiserver')?.kill();
        await this.#startApiServer(binaries, pki);
      },
      nodeErrors: () => this.#nodes?.errors ?? [],
      loseNode: (name) => {
        if (this.#nodes === undefined) throw new Error('There are no nodes.');
        return this.#nodes.loseNode(name);
      },
      stop: async () => {
        client.close();
        await this.stopAll();
        if (process.env['FLOTILLA_KEEP_CONTROL_PLANE'] === undefined) await rm(folder, { recursive: true });
      },
    };
  }

  async stopAll(): Promise<void> {
    await this.#nodes?.stop();
    // The data die with them, so there is nothing to save; the order only keeps their logs free of complaints.
    for (const server of [...this.#servers.values()].reverse()) await server.kill();
    this.#reserved.release();
  }

  get #server(): string {
    return `https://127.0.0.1:${this.#layout.ports.apiServer}`;
  }

  #client(pki: Pki, user: CertificateUser): KubeClient {
    return createKubeClient({ server: this.#server, authority: pki.authority, ...pki.users[user] });
  }

  async #writeKubeconfigs(pki: Pki): Promise<ControlPlane['kubeconfig']> {
    const common = { server: this.#server, authority: pki.authority };
    const write = (user: string, credentials: Parameters<typeof writeKubeconfig>[1]['credentials']) =>
      writeKubeconfig(program.kubeconfigFile(this.#layout, user), { ...common, user, credentials });
    await write('controller-manager', pki.users['controller-manager']);
    await write('scheduler', pki.users.scheduler);
    return {
      admin: await write('admin', pki.users.admin),
      bystander: await write('bystander', { token: pki.token }),
      expired: await write('expired', pki.users.expired),
    };
  }

  #startServer(name: string, binary: string, args: readonly string[]): ServerProcess {
    const logFile = join(this.#layout.folder, 'log', `${name}.log`);
    const server = startServer({ name, program: binary, args, logFile });
    this.#servers.set(name, server);
    return server;
  }

  async #startApiServer(binaries: string, pki: Pki): Promise<void> {
    const args = program.apiServerArguments(this.#layout, { audit: this.#options.audit !== false });
    const server = this.#startServer('kube-apiserver', join(binaries, 'kube-apiserver'), args);
    await awaitReady(server, {
      url: `${this.#server}/readyz`,
      client: pki.users.admin,
      timeoutMs: readyTimeoutMs,
    });
  }

  async #startControllers(binaries: string, pki: Pki): Promise<void> {
    const { ports } = this.#layout;
    const limit =
      'controllerRequestsPerSecond' in this.#options ? this.#options.controllerRequestsPerSecond : 1_000;
    const start = (name: string, args: readonly string[], port: number) =>
      awaitReady(this.#startServer(name, join(binaries, name), args), {
        url: `https://127.0.0.1:${port}/healthz`,
        client: pki.users.admin,
        timeoutMs: readyTimeoutMs,
      });
    await Promise.all([
      start(
        'kube-controller-manager',
        program.controllerManagerArguments(this.#layout, {
          requestsPerSecond: limit,
          nodeGraceSeconds: this.#options.nodeGraceSeconds,
        }),
        ports.controllerManager,
      ),
      start('kube-scheduler', program.schedulerArguments(this.#layout, limit), ports.scheduler),
    ]);
  }

  async #startNodes(pki: Pki): Promise<void> {
    if (this.#options.nodes?.nodes === 0) return;
    this.#nodes = await startSimulatedNodes({
      client: this.#client(pki, 'nodes'),
      identity: pki.kubelet,
      ...(this.#options.nodes && { settings: this.#options.nodes }),
    });
  }

  /** Pods are refused before their namespace has a service account, which a controller makes. */
  async #awaitServiceAccount(client: KubeClient): Promise<void> {
    const path =
      '/api/v1/namespaces/default/serviceaccounts?fieldSelector=metadata.name%3Ddefault&watch=1&timeoutSeconds=300';
    const found = new AbortController();
    const onLine = () => {
      found.abort();
    };
    await client.lines(path, onLine, found.signal).catch((error: unknown) => {
      if (!found.signal.aborted) throw error;
    });
    if (!found.signal.aborted) throw new Error('The namespace default has no service account after 300 s.');
  }
}
