import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlPlane } from '../control-plane/control-plane.js';
import { KubeError } from '../kube-client/kube-client.js';
import { isFlotillaWrite } from './flotilla.js';
import { oneProcess, type NxWorkspace } from './nx-workspace.js';

/** What a run of `deploy` truly did: told by the API server's audit log and the receipt in the cluster, never by Nx. */
export interface Judged {
  /** A hit has written nothing at all; a run has written, and left a receipt of its own. */
  readonly did: 'run' | 'hit' | 'fail';
  readonly said: string;
  /** Everything that flotilla stored in the cluster meanwhile, as `patch /api/v1/…`. */
  readonly writes: readonly string[];
}

interface Where {
  /** The namespace that is deployed to. */
  readonly place: string;
  readonly env: Readonly<Record<string, string>>;
  readonly nx: NxWorkspace['nx'];
}

type Data = Readonly<Partial<Record<string, string>>>;

const noData: Data = {};

interface Layout {
  readonly workspace: NxWorkspace;
  /** Where it is deployed to; its staging is the same with `-staging`. */
  readonly namespace: string;
  /** A file of its own, which `moveTo` replaces. */
  readonly kubeconfig: string;
  readonly cluster: ControlPlane;
}

/** Stands in a Secret of the project, and may stand nowhere else. */
export const plantedPin = 'planted-pin-4711';

/** The project `app` of a workspace, and the cluster that it is deployed to. */
export class JudgedApp {
  readonly workspace: NxWorkspace;
  readonly namespace: string;
  readonly kubeconfig: string;
  #cluster: ControlPlane;

  constructor({ workspace, namespace, kubeconfig, cluster }: Layout) {
    this.workspace = workspace;
    this.namespace = namespace;
    this.kubeconfig = kubeconfig;
    this.#cluster = cluster;
  }

  /** The project's files by path, as they are at first. */
  static files(namespace: string): Readonly<Record<string, string>> {
    return {
      'flotilla.yaml': flotillaFile(namespace),
      'k8s/settings.yaml': settings('a'),
      'k8s/keys.yaml': `apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {pin: ${plantedPin}}\n`,
    };
  }

  async remove(): Promise<void> {
    await this.workspace.remove();
  }

  /** Puts another cluster behind the same kubeconfig and context; from now on all is asked of that one. */
  async moveTo(cluster: ControlPlane): Promise<void> {
    await copyFile(cluster.kubeconfig.admin, this.kubeconfig);
    this.#cluster = cluster;
  }

  /** Writes a file of the project. */
  async write(path: string, text: string): Promise<void> {
    await writeFile(join(this.workspace.folder, 'apps/app', path), text);
  }

  /** What kubectl answers in the app's namespace; throws when it fails. */
  async kubectl(...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.#cluster.kubectl(['-n', this.namespace, ...words]);
    if (code !== 0) throw new Error(`kubectl ${words.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** `nx run app:deploy`. Throws when the audit log and the receipts disagree about what it did. */
  async deploy(args: readonly string[] = [], where: Partial<Where> = {}): Promise<Judged> {
    const { place = this.namespace, env = {}, nx = this.workspace.nx.bind(this.workspace) } = where;
    const before = await this.lastRun(place);
    const since = Date.now();
    const words = ['run', 'app:deploy', '--output-style=stream', ...args];
    const { code, stdout, stderr } = await nx(words, {
      env: { KUBECONFIG: this.kubeconfig, ...oneProcess, ...env },
    });
    const said = stdout + stderr;
    const writes = await this.#writesSince(since);
    if (code !== 0) return { did: 'fail', said, writes };
    const hasRun = (await this.lastRun(place)) !== before;
    if (hasRun !== writes.length > 0)
      throw new Error(
        `receipt ${hasRun ? 'of a new run' : 'as before'}, but ${writes.length} writes:\n${said}`,
      );
    return { did: hasRun ? 'run' : 'hit', said, writes };
  }

  /** The id of the last run that the cluster knows of. */
  async lastRun(place = this.namespace): Promise<string> {
    const data = await this.#configMap(place, 'flotilla-app.receipt').catch((error: unknown) => {
      if (error instanceof KubeError && error.code === 404) return noData;
      throw error;
    });
    return (JSON.parse(data['receipt.json'] ?? '{"run": "none"}') as { run: string }).run;
  }

  /** The level that the cluster holds. */
  async level(): Promise<string | undefined> {
    return (await this.#configMap(this.namespace, 'settings'))['level'];
  }

  async #configMap(namespace: string, name: string): Promise<Data> {
    const path = `/api/v1/namespaces/${namespace}/configmaps/${name}`;
    const { data } = (await this.#cluster.client.request({ method: 'GET', path })) as {
      readonly data: Data;
    };
    return data;
  }

  // By the server's own time, so that a line which was logged late counts for the run that it belongs to.
  async #writesSince(since: number): Promise<readonly string[]> {
    const writes = (await this.#cluster.audit()).filter(
      (event) => event.at >= since && isFlotillaWrite(event),
    );
    return writes.map(({ verb, requestURI }) => `${verb} ${requestURI}`);
  }
}

/** The flotilla file of the project, whose image comes from a registry. */
export function flotillaFile(namespace: string, registry = 'registry.example'): string {
  return `name: app
namespace: ${namespace}
services:
  - {name: settings, manifests: [k8s/*.*]}
  - {name: web, image: '${registry}/web:1', replicas: 2, timeout: 20s}
`;
}

/** A manifest of the project. */
export function settings(level: string, name = 'settings'): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {level: ${level}}\n`;
}
