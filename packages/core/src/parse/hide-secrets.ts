import { isScalar, visit, type ParsedNode, type Scalar, type YAMLMap } from 'yaml';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { createReport } from '../diagnostics/report.js';
import type { SourceFile, SourceSpan } from '../diagnostics/source.js';
import { isSecretName } from '../domain/secret-name.js';
import { composeDocuments } from './read-yaml.js';

type Range = readonly [start: number, end: number];

/**
 * The same diagnostics on lines in which the values of secret variables, and passwords in addresses, are asterisks: the
 * lines are shown where more people read than may read the file. Every place stays where it is.
 */
export function hideSecrets(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const shown = new Map<SourceFile, SourceFile>();
  const hidden = (span: SourceSpan): SourceSpan => {
    const file = shown.get(span.file) ?? hideInFile(span.file);
    shown.set(span.file, file);
    return { ...span, file };
  };
  return diagnostics.map((diagnostic) => ({
    ...diagnostic,
    span: hidden(diagnostic.span),
    related: diagnostic.related.map((place) => ({ ...place, span: hidden(place.span) })),
  }));
}

function hideInFile(file: SourceFile): SourceFile {
  const ranges = [...secretValues(file), ...matches(file.text, /(:\/\/[^\s:/@]*:)([^\s@/]+)(?=@)/g)];
  const text = ranges.reduce(
    (rest, [start, end]) =>
      rest.slice(0, start) + rest.slice(start, end).replaceAll(/[^\s]/g, '*') + rest.slice(end),
    file.text,
  );
  return { ...file, text };
}

function secretValues(file: SourceFile): readonly Range[] {
  const documents = composeDocuments(file, createReport());
  const found: Range[] = [];
  for (const document of documents ?? [])
    visit(document, {
      Map(_, map) {
        found.push(...secretsOf(map as YAMLMap.Parsed));
      },
    });
  const isBroken = documents === undefined || documents.some(({ errors }) => errors.length > 0);
  // Nobody knows which variable a value belongs to where the file falls apart.
  return isBroken ? [...found, ...matches(file.text, /(\bvalue["']?[ \t]*:)(.*)/g)] : found;
}

/** Of an environment variable its value, of a parameter its default. */
function secretsOf(map: YAMLMap.Parsed): readonly Range[] {
  const scalar = (key: string) => map.items.find((pair) => textOf(pair.key) === key)?.value ?? null;
  const isSecret =
    textOf(scalar('secret')) === 'true' || isSecretName(textOf(scalar('key')) + textOf(scalar('name')));
  if (!isSecret) return [];
  return [scalar('value'), scalar('default')].flatMap((value) =>
    value === null ? [] : [[value.range[0], value.range[1]] as const],
  );
}

function textOf(node: ParsedNode | null): string {
  return isScalar(node) ? String((node as Scalar).value) : '';
}

/** Where the second group of a pattern stands, whose first comes right before it. */
function matches(text: string, pattern: RegExp): readonly Range[] {
  return [...text.matchAll(pattern)].map(({ index, 1: before = '', 2: value = '' }) => {
    const start = index + before.length;
    return [start, start + value.length];
  });
}
