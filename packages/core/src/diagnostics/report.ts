import { diagnosticCatalog, type DiagnosticCode, type Severity } from './catalog.js';
import type { Diagnostic, RelatedPlace } from './diagnostic.js';
import type { SourceSpan } from './source.js';

/** A diagnostic as it is reported: what is left out comes from the catalogue or is empty. */
export interface Problem {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly span: SourceSpan;
  readonly help?: string | undefined;
  readonly related?: readonly RelatedPlace[];
  /** Default: the code's in the catalogue. */
  readonly severity?: Severity;
}

/** Collects what one pass over a file finds. */
export interface Report {
  add(problem: Problem): void;
  /** What was added so far, by position in the file; what was added twice (an alias read twice) once. */
  diagnostics(): readonly Diagnostic[];
}

export function createReport(): Report {
  const found = new Map<string, Diagnostic>();
  return {
    add(problem) {
      const diagnostic = diagnosticOf(problem);
      const { code, message, span } = diagnostic;
      const identity = `${span.start} ${span.end} ${code} ${message}`;
      if (!found.has(identity)) found.set(identity, diagnostic);
    },
    diagnostics: () => sortByPosition([...found.values()]),
  };
}

/** By position in the file; what stands at one position keeps its order. */
function sortByPosition(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted((left, right) => left.span.start - right.span.start);
}

function diagnosticOf(problem: Problem): Diagnostic {
  const { code, message, span, help, related = [], severity = diagnosticCatalog[code].severity } = problem;
  return { code, severity, message, ...(help !== undefined && { help }), span, related };
}
