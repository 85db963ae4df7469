import type { DiagnosticCode, Severity } from './catalog.js';
import type { SourceSpan } from './source.js';

/** Another place that belongs to a mistake: the first of two duplicates, an edge of a cycle. */
export interface RelatedPlace {
  readonly message: string;
  readonly span: SourceSpan;
}

/**
 * A mistake of the author, or something the author should know. Never thrown: collected, so that one pass
 * over a file reports everything in it.
 */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly help?: string;
  readonly span: SourceSpan;
  readonly related: readonly RelatedPlace[];
}

/** A value with what there is to say about it, or all the reasons why there is none (at least one an error). */
export type Checked<Value> =
  | { readonly ok: true; readonly value: Value; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** True when at least one of the diagnostics is an error. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** The value if none of the diagnostics is an error. */
export function checked<Value>(value: Value, diagnostics: readonly Diagnostic[]): Checked<Value> {
  return hasErrors(diagnostics) ? { ok: false, diagnostics } : { ok: true, value, diagnostics };
}

/** `--strict`: every warning becomes an error. Hints stay hints. */
export function strict(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.map((diagnostic) =>
    diagnostic.severity === 'warning' ? { ...diagnostic, severity: 'error' } : diagnostic,
  );
}
