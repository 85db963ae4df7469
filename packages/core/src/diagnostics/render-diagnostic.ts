import type { Severity } from './catalog.js';
import { renderFrame } from './code-frame.js';
import type { Diagnostic } from './diagnostic.js';
import { escapeControls } from './display-cell.js';
import { positionAt, type SourceSpan } from './source.js';
import { createPaint, type Paint } from './paint.js';

export interface RenderOptions {
  /** Whether ANSI colours are written. */
  readonly color: boolean;
}

/**
 * Diagnostics for a terminal or a log: per diagnostic a head line (`file:line:column severity code`), what is
 * wrong, the source line with the words underlined, related places, what to do; last a line that counts. Control
 * characters of the file come out escaped. Empty for no diagnostics; no line break at the end.
 */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], { color }: RenderOptions): string {
  if (diagnostics.length === 0) return '';
  const paint = createPaint(color);
  const blocks = diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, paint));
  return [...blocks, renderCounts(diagnostics)].join('\n\n');
}

function renderDiagnostic(diagnostic: Diagnostic, paint: Paint): string {
  const { severity, code, message, help, span, related } = diagnostic;
  const head = `${paint.bold(renderPlace(span))} ${paint[severity](severity)} ${paint.dim(code)}`;
  const frame = renderFrame(span, { paint, severity });
  const places = related.map(
    (place) =>
      `${renderPlace(place.span)} ${escapeControls(place.message)}\n${renderFrame(place.span, { paint })}`,
  );
  const advice = help === undefined ? [] : [`${paint.bold('help:')} ${escapeControls(help)}`];
  return [head, printMessage(message), frame, ...places, ...advice].join('\n');
}

/** What a server or a renderer says over several lines stays so; the further ones cannot pass for a head. */
function printMessage(message: string): string {
  return message.split(/\r?\n/).map(escapeControls).join('\n  ');
}

function renderPlace({ file, start }: SourceSpan): string {
  const { line, column } = positionAt(file, start);
  return `${escapeControls(file.path)}:${line}:${column}`;
}

function renderCounts(diagnostics: readonly Diagnostic[]): string {
  const severities: readonly Severity[] = ['error', 'warning', 'hint'];
  return severities
    .map((severity) => ({
      severity,
      count: diagnostics.filter((found) => found.severity === severity).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}${count === 1 ? '' : 's'}`)
    .join(', ');
}
