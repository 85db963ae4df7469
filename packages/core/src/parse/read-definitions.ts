import type {
  ChartDefinition,
  Container,
  JobDefinition,
  ObjectSource,
  ReadyRule,
  ServiceDefinition,
} from '../domain/deployment-file.js';
import type { Located } from '../diagnostics/source.js';
import type { ReadyRuleRead, SourceFields } from './container-shape.js';
import type { ChartRead, JobRead, ServiceRead } from './definition-shapes.js';
import type { FileNames } from './file-names.js';
import { keySpanOf } from './mapping-shape.js';
import { readContainer, readPorts, readProbe } from './read-container.js';
import type { YamlMapping } from './yaml-tree.js';
import { withoutUndefined } from './without-undefined.js';

/** What the file says for all services and jobs that do not say it themselves. */
export interface Defaults {
  readonly container: Container;
  readonly replicas: number;
}

/** A service, undefined without a name (reported). */
export function readService(
  { fields, node }: ServiceRead,
  defaults: Defaults,
  names: FileNames,
): ServiceDefinition | undefined {
  if (fields.name === undefined) return undefined;
  const dependsOn = fields.depends_on ?? [];
  for (const dependency of dependsOn) expectService(dependency, names);
  return withoutUndefined({
    name: fields.name,
    source: readSource(fields, node, names),
    container: readContainer(fields, defaults.container, names),
    replicas: fields.replicas ?? defaults.replicas,
    ports: readPorts(fields.ports),
    readinessProbe: readProbe(fields.readiness_probe, names),
    livenessProbe: readProbe(fields.liveness_probe, names),
    dependsOn,
    ready: readReadyRules(fields.ready, names),
    timeoutMs: fields.timeout,
    span: node.span,
  });
}

function expectService(dependency: Located<string>, names: FileNames): void {
  const { value } = dependency;
  const task = value.replace(/^services\./, '');
  const section = (['jobs', 'charts'] as const).find((kind) => names.has(kind, value));
  const help =
    section !== undefined
      ? `\`depends_on\` names services. To wait for ${section}.${value}, write \`needs: [${section}.${value}]\` on this service's entry in the workflow.`
      : task !== value && names.has('services', task)
        ? `Write "${task}": \`depends_on\` names services, not tasks.`
        : undefined;
  names.expect('services', dependency, help);
}

/** A job; what it borrows from a service of `services` is filled in. Undefined without a name (reported). */
export function readJob(
  { fields, node }: JobRead,
  from: { readonly defaults: Defaults; readonly services: ReadonlyMap<string, ServiceDefinition> },
  names: FileNames,
): JobDefinition | undefined {
  const { name, from_services: lender } = fields;
  if (name === undefined) return undefined;
  if (lender !== undefined) names.expect('services', lender);
  const base = from.services.get(lender?.value ?? '')?.container ?? from.defaults.container;
  return withoutUndefined({
    name,
    source: readSource({ ...fields, static: undefined }, node, names),
    container: readContainer(fields, base, names),
    fromServices: lender,
    completedTimeoutMs: fields.completed_timeout,
    attempts: fields.attempts?.value,
    haltOnError: fields.halt_on_error,
    span: node.span,
  });
}

/** A chart, undefined without a name (reported). */
export function readChart({ fields, node }: ChartRead, names: FileNames): ChartDefinition | undefined {
  const { name, directory, values = [], ready, timeout } = fields;
  if (name === undefined) return undefined;
  return withoutUndefined({
    name,
    directory,
    values,
    ready: readReadyRules(ready, names),
    timeoutMs: timeout,
    span: node.span,
  });
}

function readSource(
  fields: SourceFields & { readonly static: boolean | undefined },
  node: YamlMapping,
  names: FileNames,
): ObjectSource {
  const { manifests, kustomize, static: isStatic = false } = fields;
  const written = [
    ...(manifests === undefined ? [] : ['manifests']),
    ...(kustomize === undefined ? [] : ['kustomize']),
    ...(isStatic ? ['static'] : []),
  ];
  const [first, second] = written;
  if (first !== undefined && second !== undefined) {
    names.report.add({
      code: 'parse/several-sources',
      message: `\`${first}\` and \`${second}\` both say where the objects come from.`,
      help: 'Keep one of the two.',
      span: keySpanOf(node, second),
      related: [{ message: 'The other one is here.', span: keySpanOf(node, first) }],
    });
  }
  if (manifests !== undefined) return { kind: 'manifests', patterns: manifests };
  if (kustomize !== undefined) return { kind: 'kustomize', directory: kustomize };
  return { kind: isStatic ? 'static' : 'inline' };
}

function readReadyRules(rules: readonly ReadyRuleRead[] = [], names: FileNames): readonly ReadyRule[] {
  return rules.map(({ fields: { current, failed, kind, apiVersion }, node }) => {
    const written = node.entries.map(({ key }) => key);
    if (!written.includes('current') && !written.includes('failed')) {
      names.report.add({
        code: 'parse/missing-key',
        message: 'A ready rule says `current`, `failed` or both; this one says neither.',
        span: node.entries[0]?.keySpan ?? node.span,
        help: 'For example: `current: has(self.status.phase) && self.status.phase == "Ready"`.',
      });
    }
    return withoutUndefined({ current, failed, kind, apiVersion, span: node.span });
  });
}
