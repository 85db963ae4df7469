// Widths in em of a wide common sans-serif (DejaVu Sans), so that text fits in narrower ones too.
const narrow = /[ijl.,:;'|!I ]/;
const wide = /[mwMW@%]/;

/** About how wide a text is, in pixels, in whatever sans-serif it is drawn: rather too wide than too narrow. */
export function textWidth(text: string, fontSize: number): number {
  let em = 0;
  for (const char of text) em += charWidth(char);
  return em * fontSize;
}

/** The text, or as much of it as fits into `width` pixels, ending in `…`. */
export function fitText(text: string, fontSize: number, width: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  let room = width / fontSize - 1;
  let fitting = '';
  for (const char of text) {
    room -= charWidth(char);
    if (room < 0) break;
    fitting += char;
  }
  return `${fitting}…`;
}

function charWidth(char: string): number {
  if (narrow.test(char)) return 0.35;
  if (wide.test(char)) return 0.95;
  if (/[A-Z0-9]/.test(char)) return 0.68;
  return (char.codePointAt(0) ?? 0) < 0x250 ? 0.62 : 1.05;
}
