/** Text that is markup already; everything else is escaped when it is put into markup. */
export interface Markup {
  readonly markup: string;
}

type Value = string | number | Markup | readonly Markup[];

/**
 * A template for SVG and HTML: what stands in `${…}` is escaped for text and for quoted attributes, unless it is
 * Markup. So a name from the user's file can never become an element, an attribute or a script.
 */
export function markup(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const parts = strings.map((part, at) => part + (at < values.length ? render(values[at] ?? '') : ''));
  return { markup: parts.join('') };
}

/** Text of our own that is markup as it stands: a style sheet, a script. Never for anything from outside. */
export function trusted(text: string): Markup {
  return { markup: text };
}

/** An attribute by which a picture of a page may shrink to the room there is, but never so far that text is hard to read. */
export function shrinkable(width: number): Markup {
  return markup` style="max-width:100%;height:auto;min-width:${Math.round(width * 0.85)}px"`;
}

function render(value: Value): string {
  if (typeof value === 'string') return escapeMarkup(value);
  if (typeof value === 'number') return String(Math.round(value * 10) / 10);
  return 'markup' in value ? value.markup : value.map((one) => one.markup).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes for XML and HTML; characters that no XML may hold become U+FFFD. */
export function escapeMarkup(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]|\p{Cs}|[\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
