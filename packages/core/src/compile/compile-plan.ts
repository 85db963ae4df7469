import { diagnosticCatalog, type DiagnosticCode } from '../diagnostics/catalog.js';
import { hasErrors, type Checked, type Diagnostic } from '../diagnostics/diagnostic.js';
import { createReport, type Report } from '../diagnostics/report.js';
import type { DeploymentFile, Workflow } from '../domain/deployment-file.js';
import type { NodeId } from '../domain/ids.js';
import type { Plan, PlanEdge, TaskNode } from '../domain/plan.js';
import { buildGraph, type EdgeOut, type Graph } from './build-graph.js';
import { checkNames } from './check-names.js';
import { defaultWorkflow, findWorkflow, isWorkflowless, workflowsOf } from './choose-workflow.js';
import { indexDefinitions, leftOutNames, type Definitions } from './definitions.js';
import { drawEdges } from './draw-edges.js';
import { lintBarriers } from './lint-barriers.js';
import { lintFile } from './lint-file.js';
import { orderFirstReady } from './order-first-ready.js';
import { reduceEdges } from './reduce-edges.js';
import { reportCycles } from './report-cycles.js';
import { resolveWorkflow } from './resolve-workflow.js';
import { restrictWorkflow } from './restrict-workflow.js';
import type { ResolvedWorkflow } from './resolved-workflow.js';
import { sealPlan } from './seal-plan.js';

export interface CompileOptions {
  /** Default: `defaultWorkflow(file)`. One that the file does not have is a bug of the caller. */
  readonly workflow?: string;
  /** Recorded milliseconds per task; with them, barriers that cost more than they protect are found. */
  readonly durations?: (task: TaskNode) => number | undefined;
  /** In milliseconds, for tasks that say none themselves; default: rule 8's. */
  readonly timeoutMs?: number;
  /** Ids of tasks of the workflow: the plan has these alone. Ids that the workflow does not have count for nothing. */
  readonly only?: readonly string[];
}

/**
 * The plan of one workflow. The whole file is checked on the way: mistakes in other workflows are among the
 * errors, while warnings and hints are about this workflow and about the file. Never throws for what people wrote.
 */
export function compilePlan(file: DeploymentFile, options: CompileOptions = {}): Checked<Plan> {
  const wanted = chooseWorkflow(file, options.workflow ?? defaultWorkflow(file));
  const definitions = indexDefinitions(file);
  const report = createReport();
  lintFile(file, workflowsOf(file), report);
  for (const other of workflowsOf(file)) {
    if (other !== wanted) drawWorkflow(other, { file, definitions, report: onlyErrors(report) });
  }
  const drawn = drawWorkflow(wanted, { ...options, file, definitions, report });
  if (drawn === undefined || hasErrors(report.diagnostics())) {
    return { ok: false, diagnostics: withoutConsequences(report.diagnostics()) };
  }
  const plan = sealDrawn(file, drawn);
  if (options.durations !== undefined)
    lintBarriers(plan, drawn.resolved, { durations: options.durations, report });
  return { ok: true, value: plan, diagnostics: report.diagnostics() };
}

// What a misspelt task was meant to deploy, and where a task in a circle had better stand, is known when that is mended.
function withoutConsequences(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const dropped = (['compile/unknown-task', 'compile/cycle'] as const).flatMap((cause) =>
    diagnostics.some(({ code }) => code === cause) ? consequences[cause] : [],
  );
  return diagnostics.filter(({ code }) => !dropped.includes(code));
}

const consequences: Readonly<Record<'compile/unknown-task' | 'compile/cycle', readonly DiagnosticCode[]>> = {
  'compile/unknown-task': ['compile/unused-service', 'compile/job-missing-in-patch'],
  'compile/cycle': ['compile/dependency-inside-step'],
};

function chooseWorkflow(file: DeploymentFile, name: string): Workflow {
  const found = findWorkflow(file, name);
  if (found === undefined) throw new Error(`Bug: ${file.source.path} has no workflow ${name}.`);
  return found;
}

interface Compiling extends Pick<CompileOptions, 'timeoutMs' | 'only'> {
  readonly file: DeploymentFile;
  readonly definitions: Definitions;
  readonly report: Report;
}

interface DrawnWorkflow {
  readonly resolved: ResolvedWorkflow;
  readonly graph: Graph;
}

/** From names to a graph, every mistake reported on the way; none when names clash, since then edges have no clear ends. */
function drawWorkflow(
  workflow: Workflow,
  { file, definitions, report, timeoutMs, only }: Compiling,
): DrawnWorkflow | undefined {
  const unique = checkNames(workflow, report);
  const whole = resolveWorkflow(workflow, definitions, {
    report,
    leftOut: leftOutNames(file),
    synthesized: isWorkflowless(file),
    timeoutMs,
  });
  const resolved = only === undefined ? whole : restrictWorkflow(whole, new Set(only));
  const { nodes, edges } = drawEdges(resolved, definitions, report);
  if (!unique) return undefined;
  const graph = buildGraph(nodes, edges);
  reportCycles(graph, report);
  return { resolved, graph };
}

/** From a graph without circles to a plan without edges that others imply. */
function sealDrawn(file: DeploymentFile, { resolved, graph }: DrawnWorkflow): Plan {
  const { order } = orderFirstReady(graph.nodes.map((_, place) => graph.after(place)));
  return sealPlan({
    name: file.name,
    workflow: resolved.name,
    steps: resolved.steps.map(({ step }) => step),
    nodes: order.flatMap((place) => graph.nodes[place] ?? []),
    tasks: [...resolved.tasks.values()].map(({ node }) => node),
    edges: necessaryEdges(graph, order),
  });
}

function necessaryEdges(graph: Graph, order: readonly number[]): readonly PlanEdge[] {
  const isNecessary = reduceEdges(graph, order);
  const positions = new Int32Array(order.length);
  order.forEach((place, position) => (positions[place] = position));
  const position = (edge: EdgeOut) => positions[edge.to] ?? 0;
  const edges: PlanEdge[] = [];
  for (const place of order) {
    const necessary = graph.edges(place).filter(({ to }) => isNecessary(place, to));
    necessary.sort((left, right) => position(left) - position(right));
    for (const { to, reasons } of necessary)
      edges.push({ from: idAt(graph, place), to: idAt(graph, to), reasons });
  }
  return edges;
}

function idAt(graph: Graph, place: number): NodeId {
  const node = graph.nodes[place];
  if (node === undefined) throw new Error(`Bug: the graph has no node at ${place}.`);
  return node.id;
}

function onlyErrors(report: Report): Report {
  return {
    ...report,
    add(problem) {
      if ((problem.severity ?? diagnosticCatalog[problem.code].severity) === 'error') report.add(problem);
    },
  };
}
