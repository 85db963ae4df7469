import type { DiagnosticCode, Severity } from '../diagnostics/catalog.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { positionAt, type SourceSpan } from '../diagnostics/source.js';
import type { TaskKind } from '../domain/ids.js';
import type { EdgeReason, Plan, PlanEdge, PlanNode } from '../domain/plan.js';

/** Where something stands in a file, as people count: line and column from 1. */
interface PlaceDocument {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `plan -o json` (cli.md). Its fields and their order are a public format. */
export interface PlanDocument {
  readonly apiVersion: 'flotilla.dev/v1';
  readonly kind: 'Plan';
  readonly name: string;
  readonly workflow: string;
  /** Null when the file has errors: then there is no plan. */
  readonly digest: string | null;
  readonly steps: readonly {
    readonly step: string;
    readonly waitForFinish: boolean;
    readonly tasks: readonly string[];
  }[];
  readonly nodes: readonly PlanNodeDocument[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly reasons: readonly ({ readonly kind: EdgeReason['kind'] } & PlaceDocument)[];
  }[];
  readonly diagnostics: readonly DiagnosticDocument[];
}

type PlanNodeDocument =
  | {
      readonly id: string;
      readonly kind: TaskKind;
      readonly step: string;
      readonly timeoutSeconds: number;
      readonly haltOnError: boolean;
    }
  | { readonly id: string; readonly kind: 'gate'; readonly step: string };

interface DiagnosticDocument extends PlaceDocument {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  readonly help?: string;
  readonly length: number;
}

/** What a plan is called, for the document of a file that has errors and so no plan. */
export interface PlanIdentity {
  readonly name: string;
  readonly workflow: string;
}

/** The plan as the document of cli.md; without a plan the same document with nothing in it but the diagnostics. */
export function planToJson(
  plan: Plan | undefined,
  diagnostics: readonly Diagnostic[],
  identity: PlanIdentity,
): PlanDocument {
  return {
    apiVersion: 'flotilla.dev/v1',
    kind: 'Plan',
    name: plan?.name ?? identity.name,
    workflow: plan?.workflow ?? identity.workflow,
    digest: plan?.digest ?? null,
    steps: (plan?.steps ?? []).map(({ name, waitForFinish, tasks }) => ({
      step: name,
      waitForFinish,
      tasks,
    })),
    nodes: (plan?.nodes ?? []).map(nodeToJson),
    edges: (plan?.edges ?? []).map(edgeToJson),
    diagnostics: diagnostics.map(diagnosticToJson),
  };
}

function nodeToJson(node: PlanNode): PlanNodeDocument {
  const { id, kind, step } = node;
  if (kind === 'gate') return { id, kind, step };
  return { id, kind, step, timeoutSeconds: node.timeoutMs / 1000, haltOnError: node.haltOnError };
}

function edgeToJson({ from, to, reasons }: PlanEdge): PlanDocument['edges'][number] {
  return { from, to, reasons: reasons.map(({ kind, span }) => ({ kind, ...placeOf(span) })) };
}

function diagnosticToJson({ code, severity, message, help, span }: Diagnostic): DiagnosticDocument {
  return {
    code,
    severity,
    message,
    ...(help !== undefined && { help }),
    ...placeOf(span),
    length: span.end - span.start,
  };
}

/** The place where a span starts. */
export function placeOf(span: SourceSpan): PlaceDocument {
  return { file: span.file.path, ...positionAt(span.file, span.start) };
}
