import { Composer, isScalar, Lexer, Parser, type Document } from 'yaml';
import type { Report } from '../diagnostics/report.js';
import type { SourceFile, SourceSpan } from '../diagnostics/source.js';
import { buildYamlTree } from './build-yaml-tree.js';
import { undecodable } from './decode-utf8.js';
import { findSyntaxError } from './find-syntax-error.js';
import type { YamlNode } from './yaml-tree.js';

type YamlDocument = Document.Parsed;

/** Far deeper nesting than people write overflows the stack inside the YAML library. */
const depthMax = 200;

// All scalars are read as text; what a plain one means is decided where it is used (plain-scalar.ts).
const options = { schema: 'failsafe', uniqueKeys: false, prettyErrors: false, logLevel: 'silent' } as const;

/** YAML has no control characters but tab and line breaks; a lone surrogate is no character at all. */
const notText = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;
const allowedControls = /[\t\n\r\u0085]/g;

/**
 * The one document of a YAML file as a located tree; undefined when there is none, and the report says why.
 * Never throws, whatever the text.
 */
export function readYaml(file: SourceFile, report: Report): YamlNode | undefined {
  const spanAt = (start: number, end: number): SourceSpan => ({ file, start, end });
  const badCharacter = file.text.replace(allowedControls, ' ').search(notText);
  if (badCharacter !== -1) {
    report.add({
      code: 'parse/not-yaml',
      message:
        file.text.charAt(badCharacter) === undecodable
          ? 'The file holds bytes that are not UTF-8.'
          : `The file holds a character that is not text (${printCodePoint(file.text, badCharacter)}).`,
      help: 'Save the file as UTF-8 text.',
      span: spanAt(badCharacter, badCharacter + 1),
    });
    return undefined;
  }
  const documents = composeDocuments(file, report);
  const document = documents && selectDocument(documents, file, report);
  return document && buildYamlTree(document, file, report);
}

function printCodePoint(text: string, at: number): string {
  return `U+${text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** All documents of a text, with what is wrong with each; undefined when it is nested too deep to be read. */
export function composeDocuments(file: SourceFile, report: Report): readonly YamlDocument[] | undefined {
  const lexer = new Lexer();
  const parser = new Parser();
  const composer = new Composer(options);
  const documents: YamlDocument[] = [];
  for (const lexeme of lexer.lex(file.text)) {
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    if (parser.stack.length > depthMax) {
      report.add({
        code: 'parse/not-yaml',
        message: `The file is nested more than ${depthMax} levels deep here.`,
        span: { file, start: parser.offset - lexeme.length, end: parser.offset },
      });
      return undefined;
    }
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end());
  return documents;
}

function selectDocument(
  documents: readonly YamlDocument[],
  file: SourceFile,
  report: Report,
): YamlDocument | undefined {
  const written = documents.filter((document) => !isEmpty(document));
  const [first, second] = written;
  if (first === undefined) {
    report.add({
      code: 'parse/empty-file',
      message: 'The file is empty.',
      help: 'Fill it, or name another file.',
      span: { file, start: 0, end: file.text.length },
    });
    return undefined;
  }
  const problem = findSyntaxError(first, file);
  if (problem !== undefined) {
    report.add(problem);
    return undefined;
  }
  if (second !== undefined) {
    const [start] = second.contents?.range ?? second.range;
    report.add({
      code: 'parse/several-documents',
      message: 'A second YAML document starts here; this file must hold one.',
      help: 'Put it into a file of its own, or remove the `---` before it.',
      span: { file, start, end: start + 1 },
    });
    return undefined;
  }
  return first;
}

function isEmpty({ contents, errors }: YamlDocument): boolean {
  if (errors.length > 0) return false;
  return contents === null || (isScalar(contents) && contents.range[0] === contents.range[1]);
}
