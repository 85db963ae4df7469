import { readFileSync, statSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

/** A document of a YAML or JSON file. */
export type YamlRecord = Readonly<Record<string, unknown>>;

const largestBytes = 2_000_000;

/** The documents of a file that are mappings; none when it cannot be read, is no YAML (a template of Helm) or far too large. */
export function readDocuments(path: string): readonly YamlRecord[] {
  try {
    if (statSync(path).size > largestBytes) return [];
    const documents = parseAllDocuments(readFileSync(path, 'utf8'), { logLevel: 'silent', merge: true });
    if (documents.some(({ errors }) => errors.length > 0)) return [];
    return documents.map((document) => document.toJS() as unknown).filter(isRecord);
  } catch {
    return [];
  }
}

/** Its objects of Kubernetes; none when any document is something else. */
export function readObjects(path: string): readonly YamlRecord[] {
  const documents = readDocuments(path);
  return documents.every(isObject) ? documents : [];
}

export function isRecord(value: unknown): value is YamlRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What has an apiVersion and a kind, and is for a tool and not for the API server. */
const forTools =
  /^(skaffold|k3d\.io|kind\.x-k8s\.io|kustomize\.config\.k8s\.io|kubeadm\.k8s\.io|kubelet\.config\.k8s\.io|audit\.k8s\.io)\//;

function isObject({ apiVersion, kind }: YamlRecord): boolean {
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return false;
  return !forTools.test(apiVersion) && !(apiVersion === 'v1' && kind === 'Config');
}
