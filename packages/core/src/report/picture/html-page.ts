import { markup, trusted, type Markup } from './markup.js';
import { pageCss } from './page-css.js';
import { pageScript } from './page-script.js';

/** What the side panel says of one thing of the picture. */
export interface Detail {
  readonly title: string;
  readonly facts: readonly string[];
  readonly groups: readonly {
    readonly heading: string;
    readonly items: readonly { readonly text: string; readonly target?: string }[];
  }[];
}

/** Who stands directly before and behind something, by id; also for ids that are not drawn (gates). */
export interface Relation {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface HtmlPage {
  readonly title: string;
  readonly subtitle: string;
  /**
   * The picture, an svg element whose parts with `data-task` can be pointed at, focused and searched, drawn for
   * windows of different widths, the widest first. Equal ones are kept once; the page shows the one that fits.
   */
  readonly pictures: readonly Markup[];
  /** Styles of the picture. */
  readonly css: string;
  /** What the panel shows while nothing is pointed at. */
  readonly intro: Markup;
  readonly details: Readonly<Record<string, Detail>>;
  readonly relations: Readonly<Record<string, Relation>>;
}

/**
 * The widths for which pictures are drawn: for windows of 1600 and 1200 pixels beside the panel, for 700 above it.
 * They are a little wider than that: a picture may shrink (see `shrinkable`) before fewer cards stand in a row.
 */
export const pageWidths: readonly number[] = [1340, 940, 760];

// Nothing is fetched, whatever the names in the file say.
const contentPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/** One self-contained page around a picture: search, keyboard, a panel with details, light and dark. */
export function composeHtmlPage(page: HtmlPage): string {
  const data = JSON.stringify({ details: page.details, relations: page.relations }).replace(/</g, '\\u003c');
  const [first = markup``, ...others] = new Map(
    page.pictures.map((picture) => [picture.markup, picture]),
  ).values();
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<link rel="icon" href="data:,">
<title>${page.title}</title>
<style>${trusted(`${page.css}\n${pageCss}`)}</style>
</head>
<body>
<header>
<div><h1>${page.title}</h1><p class="subtitle">${page.subtitle}</p></div>
<label class="search"><span>Find a task</span><input id="search" type="search" autocomplete="off" spellcheck="false" placeholder="press /"></label>
</header>
<main>
<div class="picture" id="picture">${first}</div>
${others.map((picture) => markup`<template class="picture">${picture}</template>`)}
<aside id="panel" aria-live="polite"><div id="intro">${page.intro}</div><div id="detail" hidden></div></aside>
</main>
<script type="application/json" id="data">${trusted(data)}</script>
<script>${trusted(pageScript)}</script>
</body>
</html>
`.markup;
}
