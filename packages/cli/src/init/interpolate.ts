/** How a value of a compose file becomes text, and who is told what was not translated. */
export interface Reading {
  readonly text: (value: unknown) => string;
  readonly tell: (what: string) => void;
}

const variable = /\$\$|\$(?:\{([^{}]*)\}|([A-Za-z_]\w*))/g;

/**
 * A text of a compose file as the flotilla file says it: `${NAME:-default}` is its default, a variable without one is
 * empty and told to `missing`, `$$` is a dollar sign; dollar signs that are left are doubled, for they stand for
 * variables there too.
 */
export function interpolate(text: string, missing: (name: string) => void): string {
  return text
    .replaceAll(variable, (match, braced: string | undefined, bare: string | undefined) => {
      if (match === '$$') return '$';
      const [, name = '', fallback] = /^(\w+)(?::?-(.*))?/s.exec(braced ?? bare ?? '') ?? [];
      if (fallback !== undefined) return fallback;
      missing(name);
      return '';
    })
    .replaceAll('$', '$$$$');
}

/** The words of a command that is written in one line, as compose takes them apart: no shell, only quotes. */
export function splitWords(line: string): readonly string[] {
  return [...line.matchAll(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/gs)].map(([word]) =>
    [...word.matchAll(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)|(.)/gs)].map(unquote).join(''),
  );
}

function unquote([, double, single, escaped, plain]: RegExpExecArray): string {
  return double?.replaceAll(/\\(["\\$])/g, '$1') ?? single ?? escaped ?? plain ?? '';
}
