import { compilePlan, type CompileOptions } from '../compile/compile-plan.js';
import type { Checked, Diagnostic } from '../diagnostics/diagnostic.js';
import { positionAt } from '../diagnostics/source.js';
import type { DeploymentFile } from '../domain/deployment-file.js';
import type { Plan } from '../domain/plan.js';
import { parseDeploymentFile } from '../parse/parse-deployment-file.js';

/** Parses a file that has no errors. Throws with its diagnostics when it has. */
export function parseText(text: string): DeploymentFile {
  const variables = { folderName: 'shop', parameters: {}, environment: {} };
  const parsed = parseDeploymentFile({ path: 'flotilla.yaml', text }, variables);
  if (!parsed.ok) throw new Error(formatDiagnostics(parsed.diagnostics).join('\n'));
  return parsed.value;
}

/** Compiles a workflow of a file that parses. */
export function compileText(text: string, options?: CompileOptions): Checked<Plan> {
  return compilePlan(parseText(text), options);
}

/** The plan of a workflow without mistakes. Throws with its diagnostics when it has some. */
export function planOf(text: string, options?: CompileOptions): Plan {
  const compiled = compileText(text, options);
  if (!compiled.ok) throw new Error(formatDiagnostics(compiled.diagnostics).join('\n'));
  return compiled.value;
}

/** `a -> b (needs:7)` for each edge, in the plan's order. */
export function formatEdges(plan: Plan): readonly string[] {
  return plan.edges.map(({ from, to, reasons }) => {
    const why = reasons.map(({ kind, span }) => `${kind}:${positionAt(span.file, span.start).line}`);
    return `${from} -> ${to} (${why.join(', ')})`;
  });
}

/** `7:12 warning compile/x: message | help` for each diagnostic. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(({ code, severity, message, help, span }) => {
    const { line, column } = positionAt(span.file, span.start);
    return `${line}:${column} ${severity} ${code}: ${message} | ${help ?? ''}`;
  });
}
