/** A document's text and where it begins in its file. */
export interface DocumentText {
  readonly text: string;
  readonly start: number;
}

/** Where a file cannot be taken apart. */
export interface BadSeparator {
  readonly message: string;
  readonly start: number;
}

const separator = /^---(.*)$/gm;

/**
 * The documents of a file, cut where kubectl cuts them (apimachinery's YAMLReader): at lines that begin with `---`,
 * whatever stands around them, and which may hold nothing else but a comment. A byte order mark in front of a
 * document is no part of it. Pieces without content are given too.
 */
export function splitDocuments(text: string): readonly DocumentText[] | BadSeparator {
  const documents: DocumentText[] = [];
  let start = 0;
  for (const match of text.matchAll(separator)) {
    const behind = (match[1] ?? '').trim();
    if (behind !== '' && !behind.startsWith('#'))
      return {
        message: `put what stands behind \`---\` on a line of its own: ${behind}`,
        start: match.index,
      };
    documents.push(cut(text, start, match.index));
    start = match.index + match[0].length;
  }
  return [...documents, cut(text, start, text.length)];
}

function cut(text: string, from: number, to: number): DocumentText {
  const marked = /^\s*\ufeff/.exec(text.slice(from, from + 16));
  const start = from + (marked?.[0].length ?? 0);
  return { text: text.slice(start, to), start };
}
