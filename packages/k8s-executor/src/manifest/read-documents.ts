import { undecodable, type Checked, type Diagnostic, type SourceFile, type SourceSpan } from '@flotilla/core';
import { EVENT_ID, YAMLException, constructFromEvents, getScalarValue } from 'js-yaml';
import type { Event } from 'js-yaml';
import type { Json } from '../cluster/json.js';
import { findAliasTrap } from './check-aliases.js';
import { findBareReturn, findCharacterTrap } from './check-characters.js';
import { findYamlTrap } from './check-yaml-traps.js';
import type { YamlTrap } from './check-yaml-traps.js';
import { UnspeakableNumber, kubernetesSchema } from './kubernetes-schema.js';
import { parseDocument } from './mend-indentation.js';
import type { MendedDocument } from './mend-indentation.js';
import { splitDocuments } from './split-documents.js';
import type { DocumentText } from './split-documents.js';

/** A value as it stands in a file. */
export interface Document {
  readonly value: Json;
  readonly span: SourceSpan;
}

/**
 * The YAML or JSON documents of a file as kubectl reads them. The mistakes of all documents come together.
 * `lastKeyWins`: a key that stands twice is no mistake.
 */
export function readDocuments(file: SourceFile, { lastKeyWins = false } = {}): Checked<readonly Document[]> {
  const texts = splitDocuments(file.text);
  if ('message' in texts)
    return { ok: false, diagnostics: [mistake(texts.message, firstLine(file, texts.start))] };
  const results = texts.map((text) => readDocument(text, { file, lastKeyWins }));
  const diagnostics = results.flatMap((result) => result.diagnostics);
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  return { ok: true, value: results.flatMap((result) => (result.ok ? result.value : [])), diagnostics };
}

interface Reading {
  readonly file: SourceFile;
  readonly lastKeyWins: boolean;
}

function readDocument(document: DocumentText, reading: Reading): Checked<readonly Document[]> {
  const { file } = reading;
  const refuse = ({ message, start }: YamlTrap) => ({
    ok: false as const,
    diagnostics: [mistake(message, firstLine(file, document.start + start))],
  });
  const strange = findCharacterTrap(document.text);
  if (strange !== undefined) return refuse(strange);
  let parsed: MendedDocument;
  try {
    parsed = parseDocument(document.text, file.path);
  } catch (error) {
    const next = startOfNextJson(error, document);
    if (next !== undefined) return readJsonValues(document, next, reading);
    const bareReturn = findBareReturn(document.text);
    return bareReturn === undefined
      ? { ok: false, diagnostics: [notYaml(error, document, file)] }
      : refuse(bareReturn);
  }
  return constructDocument(parsed, document, reading);
}

function constructDocument(
  parsed: MendedDocument,
  document: DocumentText,
  { file, lastKeyWins }: Reading,
): Checked<readonly Document[]> {
  const { events, text, original } = parsed;
  const at = (offset: number) => firstLine(file, document.start + original(offset));
  const trap = findYamlTrap(events, text) ?? findAliasTrap(events, text);
  if (trap !== undefined) return { ok: false, diagnostics: [mistake(trap.message, at(trap.start))] };
  try {
    const values = constructFromEvents(events, {
      source: text,
      schema: kubernetesSchema,
      json: lastKeyWins,
      // How much aliases may bring is bounded already.
      maxTotalMergeKeys: -1,
    }) as Json[];
    const starts = documentStarts(events);
    const value = values.map((each, index) => ({ value: each, span: at(starts[index] ?? 0) }));
    return { ok: true, value, diagnostics: [] };
  } catch (error) {
    return { ok: false, diagnostics: [notConstructed(error, parsed, { document, file })] };
  }
}

/** JSON values one after the other are several documents to kubectl; js-yaml stops where the second begins. */
function startOfNextJson(error: unknown, { text }: DocumentText): number | undefined {
  const position = error instanceof YAMLException ? (error.mark?.position ?? 0) : 0;
  return position > 0 && text.trimStart().startsWith('{') && text[position] === '{' ? position : undefined;
}

function readJsonValues(
  { text, start }: DocumentText,
  next: number,
  reading: Reading,
): Checked<readonly Document[]> {
  const first = readDocument({ text: text.slice(0, next), start }, reading);
  if (!first.ok) return first;
  const rest = readDocument({ text: text.slice(next), start: start + next }, reading);
  return rest.ok ? { ...rest, value: [...first.value, ...rest.value] } : rest;
}

function documentStarts(events: readonly Event[]): readonly number[] {
  const starts: number[] = [];
  events.forEach((event, index) => {
    if (event.type === EVENT_ID.DOCUMENT) starts.push(startOf(events[index + 1]));
  });
  return starts;
}

function startOf(event: Event | undefined): number {
  if (event?.type === EVENT_ID.SCALAR) return event.valueStart;
  return event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE ? event.start : 0;
}

function firstLine(file: SourceFile, start: number): SourceSpan {
  const end = file.text.indexOf('\n', start);
  return { file, start, end: end === -1 ? file.text.length : end };
}

function notYaml(error: unknown, document: DocumentText, file: SourceFile): Diagnostic {
  if (!(error instanceof YAMLException)) throw error;
  const start = document.start + (error.mark?.position ?? 0);
  return mistake(printReason(error.reason, file.text.charAt(start)), firstLine(file, start));
}

function printReason(reason: string, character: string): string {
  if (reason === 'duplicated mapping key') return 'this key stands twice';
  if (reason === 'bad indentation of a mapping entry' && character === ':')
    return 'a `:` where no key ends: quote the value that holds it, or indent the line as its neighbours';
  const [, what = '', tag] = /^(unknown|cannot resolve).* !<(.+?)>/.exec(reason) ?? [];
  if (tag !== undefined) return printTagTrouble(what, tag.replace(/^tag:yaml\.org,2002:/, '!!'));
  return character === undecodable
    ? 'the file holds bytes that are not UTF-8: save it as UTF-8 text'
    : reason;
}

function printTagTrouble(what: string, tag: string): string {
  return what === 'unknown'
    ? `kubectl takes no notice of the tag \`${tag}\`, so this would not become what it says: drop the tag`
    : `this is no value for the tag \`${tag}\``;
}

function notConstructed(
  error: unknown,
  { events, text, original }: MendedDocument,
  { document, file }: { readonly document: DocumentText; readonly file: SourceFile },
): Diagnostic {
  if (!(error instanceof UnspeakableNumber)) {
    if (!(error instanceof YAMLException) || error.mark === undefined) return notYaml(error, document, file);
    const mark = { ...error.mark, position: original(error.mark.position) };
    return notYaml(new YAMLException(error.reason, mark), document, file);
  }
  const scalar = events.find(
    (event) => event.type === EVENT_ID.SCALAR && getScalarValue(text, event) === error.source,
  );
  const start = document.start + original(scalar?.type === EVENT_ID.SCALAR ? scalar.valueStart : 0);
  return mistake(error.message, { file, start, end: start + error.source.length });
}

function mistake(message: string, span: SourceSpan): Diagnostic {
  return { code: 'manifest/not-yaml', severity: 'error', message, span, related: [] };
}
