import { checked, type Checked } from '../diagnostics/diagnostic.js';
import { nearest } from '../diagnostics/nearest.js';
import { createReport, type Report } from '../diagnostics/report.js';
import { lineText, positionAt, type Located, type SourceFile } from '../diagnostics/source.js';
import type { DeploymentFile, GraceSettings, Variables } from '../domain/deployment-file.js';
import type { Section } from '../domain/ids.js';
import { createFileNames, type FileNames, type NameKind } from './file-names.js';
import { createFileScope } from './file-scope.js';
import { deploymentFile, type DeploymentFileRead } from './file-shape.js';
import { emptyContainer, readNodeSelector, readRange, volumeSizeDefault } from './read-container.js';
import { readChart, readJob, readService, type Defaults } from './read-definitions.js';
import { readWorkflow } from './read-workflow.js';
import { readYaml } from './read-yaml.js';
import { describeNode, type Reading } from './shape.js';
import { replaceVariables } from './variables.js';
import { withoutUndefined } from './without-undefined.js';
import type { YamlMapping } from './yaml-tree.js';

/** What could be read of a file with mistakes: enough to look for more of them, never to run. */
export interface PartialFile {
  readonly file: DeploymentFile;
  /** Sections in which something could not be read: a name that is not found there may well be written. */
  readonly unsure: ReadonlySet<Section | 'workflows'>;
}

/** A file, or all that parsing has against it and what could be read all the same. */
export type ParsedFile =
  | Extract<Checked<DeploymentFile>, { readonly ok: true }>
  | (Extract<Checked<DeploymentFile>, { readonly ok: false }> & { readonly partial?: PartialFile });

/**
 * What a deployment file (semantics.md §1) says, or every mistake in it, by position. Task names in workflows are left to the compiler.
 * Never throws, whatever the text.
 */
export function parseDeploymentFile(source: SourceFile, variables: Variables): ParsedFile {
  const report = createReport();
  const root = readRoot(source, report);
  if (root === undefined) return { ok: false, diagnostics: report.diagnostics() };
  const scope = createFileScope({ root, variables, report });
  const reading: Reading = {
    report,
    replace: (scalar, { isCommand }) => replaceVariables(scalar, { scope, report, isCommand }),
    label: 'the file',
  };
  const read = deploymentFile.read(root, reading);
  if (read === undefined) return { ok: false, diagnostics: report.diagnostics() };
  const file = linkFile(read, { source, folderName: variables.folderName, report });
  const result = checked(file, report.diagnostics());
  return result.ok ? result : { ...result, partial: { file, unsure: unsureSections(read) } };
}

// A section that is missing though something like it is written, or that holds a definition without a readable name.
function unsureSections({ fields, node }: DeploymentFileRead): PartialFile['unsure'] {
  return new Set(
    (['services', 'jobs', 'charts', 'workflows'] as const).filter((section) => {
      const found = fields[section];
      if (found !== undefined) return found.some(({ fields: { name } }) => name === undefined);
      return node.entries.some(({ key }) => nearest(key, [section]) !== undefined);
    }),
  );
}

function readRoot(source: SourceFile, report: Report): YamlMapping | undefined {
  const root = readYaml(source, report);
  if (root === undefined || root.kind === 'mapping') return root;
  const { start } = root.span;
  const { line, column } = positionAt(source, start);
  report.add({
    code: 'parse/bad-value',
    message: `The file must be a mapping with keys such as \`services\`, but is ${describeNode(root)}.`,
    span: { ...root.span, end: start + lineText(source, line).length - column + 1 },
  });
  return undefined;
}

// Definitions are named before anything refers to them: the order of sections means nothing.
function linkFile(
  { fields, node }: DeploymentFileRead,
  from: { readonly source: SourceFile; readonly folderName: string; readonly report: Report },
): DeploymentFile {
  const names = defineNames(fields, createFileNames(from.report, unreadSections(fields, node)));
  const defaults = readDefaults(fields);
  const services = (fields.services ?? []).flatMap((service) => readService(service, defaults, names) ?? []);
  const lenders = new Map(services.map((service) => [service.name.value, service]));
  return withoutUndefined({
    source: from.source,
    name: fields.name ?? fields.app ?? from.folderName,
    namespace: fields.namespace,
    kubeContext: fields.kube_context,
    grace: readGrace(fields),
    include: fields.include ?? [],
    services,
    jobs: (fields.jobs ?? []).flatMap((job) => readJob(job, { defaults, services: lenders }, names) ?? []),
    charts: (fields.charts ?? []).flatMap((chart) => readChart(chart, names) ?? []),
    sharedVolumes: (fields.shared_volumes ?? []).flatMap(({ fields: { name, size } }) =>
      name === undefined ? [] : [{ name, size: size ?? volumeSizeDefault }],
    ),
    infrastructure: (fields.infrastructure ?? []).flatMap(({ fields: { name } }) => name ?? []),
    workflows: (fields.workflows ?? []).flatMap((workflow) => readWorkflow(workflow, from.report) ?? []),
  });
}

const sectionOf = {
  services: 'services',
  jobs: 'jobs',
  charts: 'charts',
  sharedVolumes: 'shared_volumes',
} as const;

// One mistake, one message: what a section defines that could not be read is not missed as well.
function unreadSections(fields: DeploymentFileRead['fields'], node: YamlMapping): ReadonlySet<NameKind> {
  const kinds = ['services', 'jobs', 'charts', 'sharedVolumes'] as const;
  const isWritten = (section: string): boolean =>
    node.entries.some(({ key }) => nearest(key, [section]) !== undefined);
  return new Set(kinds.filter((kind) => fields[sectionOf[kind]] === undefined && isWritten(sectionOf[kind])));
}

function readGrace({ grace }: DeploymentFileRead['fields']): GraceSettings {
  return withoutUndefined({
    'image-not-found': grace?.fields.image_not_found,
    'image-pull': grace?.fields.image_pull,
    'crash-loop': grace?.fields.crash_loop,
    'missing-config': grace?.fields.missing_config,
    'claim-unbound': grace?.fields.claim_unbound,
    'no-room': grace?.fields.no_room,
    'webhook-silent': grace?.fields.webhook_silent,
  });
}

function readDefaults({ resources, node_selector }: DeploymentFileRead['fields']): Defaults {
  return {
    container: {
      ...emptyContainer,
      cpu: readRange(resources?.fields.cpu),
      memory: readRange(resources?.fields.memory),
      nodeSelector: readNodeSelector(node_selector) ?? {},
    },
    replicas: resources?.fields.replicas ?? 1,
  };
}

function defineNames(fields: DeploymentFileRead['fields'], names: FileNames): FileNames {
  for (const kind of ['services', 'jobs', 'charts'] as const) {
    for (const { fields: definition } of fields[kind] ?? []) define(kind, definition.name, names);
  }
  for (const { fields: volume } of fields.shared_volumes ?? []) define('sharedVolumes', volume.name, names);
  for (const { fields: workflow } of fields.workflows ?? []) define('workflows', workflow.name, names);
  for (const { fields: parameter } of fields.parameters ?? []) define('parameters', parameter.name, names);
  return names;
}

function define(kind: NameKind, name: Located<string> | undefined, names: FileNames): void {
  if (name !== undefined) names.define(kind, name);
}
