import { posix } from 'node:path';
import { joinDrafts, type Draft, type DraftTask } from './draft.js';
import { kubernetesName, uniqueName } from './kubernetes-name.js';
import type { YamlRecord } from './read-objects.js';
import type { ManifestFile, Source } from './scan-folder.js';

type SourceOf<Kind extends Source['kind']> = Extract<Source, { readonly kind: Kind }>;

/** Names that are still free, and the name of the deployment for what lies in its own folder. */
interface Naming {
  readonly deployment: string;
  readonly taken: Set<string>;
}

/** One task for each chart and kustomization; manifests as one service, or as one task for each file that runs something. */
export function draftSources(sources: readonly Source[], deployment: string): Draft {
  const naming = { deployment, taken: new Set<string>() };
  const kustomizations = sources.filter((source) => source.kind === 'kustomization');
  const { chosen, others } = chooseKustomizations(kustomizations);
  const drafts = sources.map((source): Draft => {
    switch (source.kind) {
      case 'chart':
        return draftChart(source, naming);
      case 'kustomization':
        return chosen.has(source) ? draftKustomization(source, naming) : nothing;
      case 'manifests':
        return draftManifests(source, naming);
      case 'own-file':
        return { ...nothing, toDo: [`${source.path} has a flotilla.yaml of its own and is left out.`] };
    }
  });
  return joinDrafts([...drafts, { ...nothing, toDo: others }]);
}

const nothing: Draft = { tasks: [], found: [], toDo: [] };

function draftChart({ path, chart }: SourceOf<'chart'>, { deployment, taken }: Naming): Draft {
  if (chart['type'] === 'library') return nothing;
  const said = typeof chart['name'] === 'string' ? chart['name'] : nameOfFolder(path, deployment);
  const name = uniqueName(kubernetesName(said), taken);
  const directory = path === '' ? '.' : path;
  return {
    tasks: [{ kind: 'chart', name, after: [], definition: { directory } }],
    found: [`the chart ${directory}`],
    toDo: [],
  };
}

function draftKustomization({ path }: SourceOf<'kustomization'>, { deployment, taken }: Naming): Draft {
  const folder = path === '' ? '.' : path;
  const name = uniqueName(nameOfFolder(path, deployment), taken);
  return {
    tasks: [{ kind: 'service', name, after: [], definition: { kustomize: folder } }],
    found: [`the kustomization ${folder}`],
    toDo: [],
  };
}

/** Those that no other one uses; of several overlays beside each other one, for they deploy the same objects. */
function chooseKustomizations(all: readonly SourceOf<'kustomization'>[]): {
  readonly chosen: ReadonlySet<Source>;
  readonly others: readonly string[];
} {
  const used = new Set(all.flatMap(({ path, kustomization }) => usedBy(path, kustomization)));
  const roots = all.filter(
    ({ path, kustomization }) => !used.has(path) && kustomization['kind'] !== 'Component',
  );
  const overlays = /(^|\/)(overlays|environments|envs)\/[^/]+$/;
  const groupOf = ({ path }: Source) => (overlays.test(path) ? posix.dirname(path) : path);
  const picks = [...new Set(roots.map(groupOf))].map((name) => {
    const group = roots.filter((root) => groupOf(root) === name);
    return { group, pick: pickOverlay(group) };
  });
  return {
    chosen: new Set(picks.flatMap(({ pick }) => pick ?? [])),
    others: picks.flatMap(({ group, pick }) =>
      group
        .filter((other) => other !== pick)
        .map(
          ({ path }) => `${path} is another overlay of the same: name it in kustomize to deploy it instead.`,
        ),
    ),
  };
}

function pickOverlay<Overlay extends { readonly path: string }>(
  group: readonly Overlay[],
): Overlay | undefined {
  return group.find(({ path }) => /\/(dev|development|local)$/.test(path)) ?? group[0];
}

function usedBy(path: string, kustomization: YamlRecord): readonly string[] {
  return ['resources', 'bases', 'components']
    .flatMap((key): readonly unknown[] => {
      const listed = kustomization[key];
      return Array.isArray(listed) ? listed : [];
    })
    .filter((entry) => typeof entry === 'string')
    .map((entry) => posix.join(path, entry).replace(/\/$/, '').replace(/^\.$/, ''));
}

const running = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Pod']);

function draftManifests(source: SourceOf<'manifests'>, naming: Naming): Draft {
  const { path, files, yamlFiles } = source;
  const isService = (file: ManifestFile) => file.objects.some(({ kind }) => running.has(String(kind)));
  const isJob = (file: ManifestFile) => !isService(file) && file.objects.some(({ kind }) => kind === 'Job');
  const [services, jobs] = [files.filter(isService), files.filter(isJob)];
  // Beside the flotilla file a pattern would take that for a manifest.
  const isAll =
    path !== '' && yamlFiles === files.length && files.every((file) => file.path.endsWith('.yaml'));
  const found = isAll ? [`${path}/*.yaml`] : files.map((file) => file.path);
  const name = nameOfFolder(path, naming.deployment);
  if (services.length < 2 && jobs.length === 0)
    return { tasks: [taskOf('service', { name, manifests: found, after: [] }, naming)], found, toDo: [] };
  const rest = files.filter((file) => !isService(file) && !isJob(file)).map((file) => file.path);
  const shared =
    rest.length === 0
      ? []
      : [taskOf('service', { name: `${name}-shared`, manifests: rest, after: [] }, naming)];
  const after = shared.map((task) => task.name);
  const each = (kind: 'service' | 'job') => (file: ManifestFile) =>
    taskOf(kind, { name: nameOfFile(file.path), manifests: [file.path], after }, naming);
  return {
    tasks: [...shared, ...services.map(each('service')), ...jobs.map(each('job'))],
    found,
    toDo: jobs.length === 0 ? [] : ['say in the workflow which tasks the jobs come before, and which after.'],
  };
}

function taskOf(
  kind: 'service' | 'job',
  task: { readonly name: string; readonly manifests: readonly string[]; readonly after: readonly string[] },
  { taken }: Naming,
): DraftTask {
  const { name, manifests, after } = task;
  return { kind, name: uniqueName(name, taken), after, definition: { manifests } };
}

const sayNothing =
  /^(k8s|kubernetes|kube|deploy|deployment|deployments|manifests|kustomize|base|overlays|environments|envs)$/;

/** The last part of the path that says which application it is. */
function nameOfFolder(path: string, deployment: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  if (/^(overlays|environments|envs)$/.test(parts.at(-2) ?? '')) parts.pop();
  return kubernetesName(parts.findLast((part) => !sayNothing.test(part)) ?? deployment);
}

function nameOfFile(path: string): string {
  return kubernetesName(posix.basename(path).replace(/\.[^.]+$/, ''));
}
