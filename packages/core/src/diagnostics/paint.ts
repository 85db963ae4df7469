import type { Severity } from './catalog.js';

type Style = Severity | 'bold' | 'dim';

/** Styles text for a terminal, or leaves it as it is. */
export type Paint = Readonly<Record<Style, (text: string) => string>>;

const ansiCodeOf: Readonly<Record<Style, number>> = { error: 31, warning: 33, hint: 36, bold: 1, dim: 2 };

export function createPaint(color: boolean): Paint {
  const style = (name: Style) => (text: string) =>
    color ? `\u001b[${ansiCodeOf[name]}m${text}\u001b[0m` : text;
  return {
    error: style('error'),
    warning: style('warning'),
    hint: style('hint'),
    bold: style('bold'),
    dim: style('dim'),
  };
}
