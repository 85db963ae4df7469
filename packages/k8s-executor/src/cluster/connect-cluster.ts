import { delimiter, join, resolve } from 'node:path';
import { nearest, systemClock } from '@flotilla/core';
import type { Clock } from '@flotilla/core';
import { ApiCluster } from './api-cluster.js';
import type { ApiFailure } from './api-failure.js';
import type { Cluster } from './cluster.js';
import type { Identity } from './kubeconfig/credentials.js';
import type { Environment } from './environment.js';
import { runPluginProcess } from './kubeconfig/exec-plugin.js';
import type { RunPlugin } from './kubeconfig/exec-plugin.js';
import type { ApiTarget } from './transport/http-agents.js';
import { HttpTransport } from './transport/http-transport.js';
import { NodeHttp } from './transport/node-http.js';
import { inClusterContext } from './kubeconfig/in-cluster.js';
import { resolveContext } from './kubeconfig/kubeconfig.js';
import type { KubeContext } from './kubeconfig/kubeconfig.js';
import { mergeKubeconfigs } from './kubeconfig/kubeconfig-document.js';
import type { KubeconfigFile, MergedKubeconfig } from './kubeconfig/kubeconfig-document.js';
import { proxyFor } from './transport/proxy-for.js';
import { secretsOf } from './kubeconfig/secrets-of-context.js';
import { systemAuthorities } from './kubeconfig/system-authorities.js';
import { authorityMistake, certificateMistake, expiredAt } from './transport/tls-mistake.js';
import { readSource, UserCredentials } from './kubeconfig/user-credentials.js';

export interface ConnectClusterOptions {
  /** `--kubeconfig`: this file only. Default: KUBECONFIG, then `~/.kube/config`, then the pod's service account. */
  readonly kubeconfig?: string;
  /** `--context`; default: the current one. */
  readonly context?: string;
  /** `--namespace`; default: the context's. */
  readonly namespace?: string;
  /** Deadline for one try of a request; default 30,000. */
  readonly requestTimeoutMs?: number;
  readonly environment: Environment;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** In [0, 1); default `Math.random`. */
  readonly random?: () => number;
  /** Milliseconds since 1970; default `Date.now`. */
  readonly wallNowMs?: () => number;
  /** How credential plugins are run; default: child processes without a shell. */
  readonly runPlugin?: RunPlugin;
  /** Told every secret of the kubeconfig and every credential that is asked for, before it is used. */
  readonly onSecret?: (value: string) => void;
}

/** Why there is no connection. Exit codes as in cli.md: 69 unreachable, 77 forbidden, 78 kubeconfig or context. */
export interface ConnectRefusal {
  readonly exitCode: 69 | 77 | 78;
  readonly message: string;
  readonly help?: string;
}

export type ConnectClusterResult =
  { readonly ok: true; readonly cluster: Cluster } | { readonly ok: false; readonly refusal: ConnectRefusal };

type Found<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly refusal: ConnectRefusal };

/** Connects as kubectl would with the same files and variables, and asks the server what it serves. Never rejects. */
export async function connectCluster(options: ConnectClusterOptions): Promise<ConnectClusterResult> {
  const { environment, clock = systemClock, random = Math.random, wallNowMs = Date.now } = options;
  const found = await findContext(options);
  if (!found.ok) return found;
  const { context, where } = found.value;
  const onSecret = options.onSecret ?? (() => undefined);
  for (const secret of secretsOf(context)) onSecret(secret);
  const target = await targetOf(found.value, environment);
  if (!target.ok) return target;
  const credentials = new UserCredentials({
    context,
    environment,
    clock,
    runPlugin: options.runPlugin ?? runPluginProcess,
    wallNowMs,
    onSecret,
  });
  const identity = await credentials.current();
  if (!identity.ok) return refuse(78, identity.message);
  const mistake = tlsMistake(context, identity.identity);
  if (mistake !== undefined) return refuse(78, `${where}: context ${context.name}: ${mistake}`);

  const { requestTimeoutMs } = options;
  const transport = new HttpTransport({
    http: new NodeHttp(target.value),
    credentials,
    clock,
    random,
    ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
  });
  const defaultNamespace = options.namespace ?? context.namespace;
  const cluster = new ApiCluster({ transport, context: context.name, defaultNamespace, clock, random });
  const served = await cluster.discovery.load();
  if (served.ok) return { ok: true, cluster };
  cluster.close();
  const { certificate } = identity.identity;
  const expired = certificate === undefined ? undefined : expiredAt(certificate, wallNowMs());
  return { ok: false, refusal: refusalOf(served.failure, context, expired) };
}

interface FoundContext {
  readonly context: KubeContext;
  /** The kubeconfigs that were read. */
  readonly where: string;
}

async function findContext(options: ConnectClusterOptions): Promise<Found<FoundContext>> {
  const { environment } = options;
  const paths = kubeconfigPaths(options);
  const files = await readKubeconfigs(paths, environment);
  if (!files.ok) return files;
  if (files.value.length === 0) {
    if (options.kubeconfig !== undefined) return refuse(78, `there is no kubeconfig ${paths.join(', ')}`);
    const inCluster = await inClusterContext(environment);
    if (inCluster !== undefined && options.context === undefined)
      return { ok: true, value: { context: inCluster, where: 'the service account of this pod' } };
    return refuse(78, `there is no kubeconfig: ${paths.join(', ')} not found`, NO_CLUSTER_HELP);
  }
  const read = mergeKubeconfigs(files.value);
  if (!read.ok) return refuse(78, read.message);
  const where = files.value.map(({ path }) => path).join(', ');
  const name = options.context ?? read.merged.currentContext;
  if (name === undefined) return refuse(78, `${where} has no current context`, chooseContext(read.merged));
  if (!read.merged.contexts.has(name)) {
    return refuse(78, `there is no context ${name} in ${where}`, chooseContext(read.merged, name));
  }
  const resolved = resolveContext(read.merged, name);
  return resolved.ok
    ? { ok: true, value: { context: resolved.context, where } }
    : refuse(78, `${where}: ${resolved.message}`);
}

const NO_CLUSTER_HELP = 'Name one with --kubeconfig, or try without a cluster: --cluster embedded';

/** Over plain http nothing is shown to the server, so that nothing of it counts. */
function tlsMistake(context: KubeContext, { certificate }: Identity): string | undefined {
  const isShown = certificate !== undefined && context.server.startsWith('https:');
  return isShown ? certificateMistake(certificate, context) : undefined;
}

function kubeconfigPaths({ kubeconfig, environment }: ConnectClusterOptions): readonly string[] {
  const listed = (environment.variables['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  const paths =
    kubeconfig !== undefined
      ? [kubeconfig]
      : listed.length > 0
        ? listed
        : [join(environment.homeFolder, '.kube', 'config')];
  return [...new Set(paths.map((path) => resolve(environment.workingFolder, path)))];
}

async function readKubeconfigs(
  paths: readonly string[],
  environment: Environment,
): Promise<Found<readonly KubeconfigFile[]>> {
  const files: KubeconfigFile[] = [];
  for (const path of paths) {
    try {
      const text = await environment.readFile(path);
      if (text !== undefined) files.push({ path, text });
    } catch (error) {
      return refuse(
        78,
        `${path} cannot be read: ${error instanceof Error ? error.message : 'unknown reason'}`,
      );
    }
  }
  return { ok: true, value: files };
}

async function targetOf(
  { context, where }: FoundContext,
  environment: Environment,
): Promise<Found<ApiTarget>> {
  const { server, serverName, insecure } = context;
  if (!URL.canParse(server)) return refuse(78, `context ${context.name}: "${server}" is not an address`);
  const proxy = context.proxy ?? proxyFor(server, environment.variables);
  try {
    const trusted = await authoritiesOf(context, environment);
    const mistake = trusted === undefined ? undefined : authorityMistake(trusted, context);
    if (mistake !== undefined) return refuse(78, `${where}: context ${context.name}: ${mistake}`);
    return {
      ok: true,
      value: {
        server,
        insecure,
        ...(trusted !== undefined && { ca: trusted }),
        ...(serverName !== undefined && { serverName }),
        ...(proxy !== undefined && { proxy }),
      },
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown reason';
    return refuse(78, `the certificate authority of context ${context.name} cannot be read: ${why}`);
  }
}

/** PEM; undefined when nobody's word is needed, or Node's own list is all there is. */
async function authoritiesOf(
  { server, ca, insecure }: KubeContext,
  environment: Environment,
): Promise<string | undefined> {
  if (ca !== undefined) return await readSource(ca, environment);
  return server.startsWith('https:') && !insecure ? await systemAuthorities(environment) : undefined;
}

function chooseContext(merged: MergedKubeconfig, wanted?: string): string {
  const known = [...merged.contexts.keys()];
  if (known.length === 0) return 'It has no contexts at all.';
  const near = wanted === undefined ? undefined : nearest(wanted, known);
  const guess = near === undefined ? '' : `Did you mean ${near}? `;
  return `${guess}Known contexts: ${known.join(', ')}. Choose one with --context.`;
}

function refusalOf(failure: ApiFailure, context: KubeContext, expired?: string): ConnectRefusal {
  const whom = `context ${context.name}, ${context.server}`;
  if (failure.kind !== 'status') {
    const message = failure.kind === 'aborted' ? 'the connection was aborted' : failure.message;
    return {
      exitCode: 69,
      message: `${message} (context ${context.name})`,
      help: message.includes('TLS')
        ? 'Does the certificate authority in the kubeconfig belong to this server?'
        : 'Is the cluster running, and is this the right context?',
    };
  }
  if (failure.code === 401) {
    const why = expired === undefined ? '' : `: the client certificate expired at ${expired}`;
    return {
      exitCode: 77,
      message: `the server does not accept the credentials (${whom})${why}`,
      help: 'Log in again, or choose another context with --context.',
    };
  }
  if (failure.code === 403) return { exitCode: 77, message: `${failure.message} (${whom})` };
  return {
    exitCode: 69,
    message: `the server cannot say what it serves: ${failure.message} (${whom})`,
    help: 'Is this the address of an API server, with https:// where it speaks TLS? See `server:` in the kubeconfig.',
  };
}

function refuse(exitCode: ConnectRefusal['exitCode'], message: string, help?: string) {
  return { ok: false as const, refusal: { exitCode, message, ...(help !== undefined && { help }) } };
}
