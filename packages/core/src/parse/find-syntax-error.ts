import { visit, type Document } from 'yaml';
import type { Problem } from '../diagnostics/report.js';
import { lineText, positionAt, type SourceFile } from '../diagnostics/source.js';

interface SyntaxError {
  readonly message: string;
  readonly pos: readonly [number, number];
}

interface Explanation {
  readonly matches: RegExp;
  readonly message: string;
  readonly help: string;
  /** The mistake is the line's, not the one character's at which the library noticed it. */
  readonly wholeLine?: true;
}

/** The YAML library's words are those of its grammar; these are what an author can act on. */
const explanations: readonly Explanation[] = [
  {
    matches: /^Tabs are not allowed/,
    message: 'This line is indented with a tab; YAML takes only spaces.',
    help: 'Indent it with spaces.',
  },
  {
    matches: /^Missing closing/,
    message: 'The quotes that open here are never closed.',
    help: 'Close them, or write quotes that belong to the text twice.',
  },
  {
    matches: /^Flow sequence in block collection|expected flow sequence to end with ]/i,
    message: 'A list that was opened with `[` is not closed before this place.',
    help: 'Close it with `]`; a `{` inside it closes with `}` first.',
  },
  {
    matches: /^Flow map in block collection|expected flow map to end with }/i,
    message: 'A mapping that was opened with `{` is not closed before this place.',
    help: 'Close it with `}`, or put text that starts with `{` in quotes.',
  },
  {
    matches: /^Nested mappings are not allowed/,
    message: 'A key stands inside the value of another key on its line.',
    help: 'Put text that holds `: ` in quotes; let a nested mapping start on the next line, indented.',
  },
  {
    matches: /^(Sequence item without|All mapping items must start at the same column|All sequence items)/,
    message: 'The indentation of this line fits nothing above it.',
    help: 'Line it up with the keys or entries it belongs to.',
    wholeLine: true,
  },
  {
    matches:
      /^Implicit keys need to be on a single line|^Implicit map keys need to be followed by map values/,
    message: 'This line is neither a `key: value` nor an entry that starts with `- `.',
    help: 'Add the `:` or the `- `, with a space behind it.',
    wholeLine: true,
  },
  {
    matches: /^Plain value cannot start with/,
    message: 'Text cannot start with this character unless it is quoted.',
    help: 'Put the text in quotes.',
  },
];

/** The first syntax error of a document, undefined when there is none: what follows it is mostly its consequence. */
export function findSyntaxError(document: Document.Parsed, file: SourceFile): Problem | undefined {
  const [error] = document.errors;
  if (error === undefined) return undefined;
  const known = explanations.find(({ matches }) => matches.test(error.message));
  const start = startOf(error, document, file);
  const end = known?.wholeLine === true ? lineEnd(file, start) : error.pos[1];
  return {
    code: 'parse/not-yaml',
    message: known?.message ?? `This is not YAML: ${error.message.replace(/\.$/, '')}.`,
    help: known?.help,
    span: { file, start, end: Math.max(end, start + 1) },
  };
}

/** Unclosed quotes are found at their end, which may be the end of the file: people look for their start. */
function startOf(error: SyntaxError, document: Document.Parsed, file: SourceFile): number {
  let [start] = error.pos;
  if (error.message.startsWith('Missing closing')) {
    visit(document, {
      Scalar(_, node) {
        if (node.type?.startsWith('QUOTE') === true && node.range?.[1] === error.pos[0])
          start = node.range[0];
      },
    });
  }
  return start + (/^ */.exec(file.text.slice(start))?.[0].length ?? 0);
}

function lineEnd(file: SourceFile, start: number): number {
  const { line, column } = positionAt(file, start);
  return start + lineText(file, line).trimEnd().length - column + 1;
}
