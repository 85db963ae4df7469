import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A Go module under `e2e/control-plane/tools` that builds programs for the tests. */
export interface ToolModule {
  readonly name: 'kubernetes' | 'etcd' | 'helm' | 'kstatus';
  /** What the folder of binaries holds once it is built. */
  readonly binaries: readonly string[];
  /** What `go build` makes: `tool` is every `tool` line of the module. */
  readonly packages: string;
  /** For `go build -ldflags`. */
  readonly linkerFlags: string;
}

const kubernetesVersion = 'v1.36.3';
const versionPackage = 'k8s.io/component-base/version';

export const kubernetesModule: ToolModule = {
  name: 'kubernetes',
  binaries: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'],
  packages: 'tool',
  // Without a version the server says v0.0.0, and clients misjudge it.
  linkerFlags: [
    '-s -w',
    `-X ${versionPackage}.gitVersion=${kubernetesVersion}`,
    `-X ${versionPackage}.gitMajor=1`,
    `-X ${versionPackage}.gitMinor=36`,
  ].join(' '),
};

export const etcdModule: ToolModule = {
  name: 'etcd',
  binaries: ['etcd'],
  packages: 'go.etcd.io/etcd/server/v3',
  linkerFlags: '-s -w',
};

export const helmModule: ToolModule = {
  name: 'helm',
  binaries: ['helm'],
  packages: 'helm.sh/helm/v4/cmd/helm',
  linkerFlags: '-s -w',
};

/** Our own few lines around kstatus' library: see its main.go. */
export const kstatusModule: ToolModule = {
  name: 'kstatus',
  binaries: ['kstatus'],
  packages: '.',
  linkerFlags: '-s -w',
};

/** The folder with the module's go.mod and go.sum. The same from `src` and from `dist`. */
export function sourceFolder(module: ToolModule): string {
  return fileURLToPath(new URL(`../../control-plane/tools/${module.name}`, import.meta.url));
}

/** Twelve hex digits that change whenever what would be built changes: the module's files, flags, platform. */
export async function buildKey(module: ToolModule): Promise<string> {
  const hash = createHash('sha256');
  const files = await readdir(sourceFolder(module));
  for (const file of files.sort()) hash.update(await readFile(join(sourceFolder(module), file)));
  hash.update([module.packages, module.linkerFlags, process.platform, process.arch].join('\n'));
  return hash.digest('hex').slice(0, 12);
}
