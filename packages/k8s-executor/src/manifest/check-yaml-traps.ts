import { COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE, getScalarValue } from 'js-yaml';
import type { Event } from 'js-yaml';

/** A place where our YAML reader and kubectl's would not agree. */
export interface YamlTrap {
  readonly message: string;
  readonly start: number;
}

const surrogate = /(?:^|[^\\])(?:\\\\)*\\u[dD][89a-fA-F]/;

type Node =
  | { readonly kind: 'scalar'; readonly text: string; readonly plain: boolean; readonly start: number }
  | { readonly kind: 'sequence'; readonly items: readonly Node[]; readonly start: number }
  | { readonly kind: 'mapping'; readonly pairs: readonly (readonly [Node, Node])[]; readonly start: number };

/**
 * The first place of a text that kubectl reads otherwise or not at all: `\/` and halves of a character (`\ud83d`) in
 * double quotes (outside JSON), and a key before `<<` that the merged mapping has with another value, which wins there and loses here.
 */
export function findYamlTrap(events: readonly Event[], text: string): YamlTrap | undefined {
  // Most manifests have none of them; they are not walked.
  const suspicious = text.includes('\\/') || text.includes('<<') || surrogate.test(text);
  return suspicious ? new TrapFinder(events, text).find() : undefined;
}

class TrapFinder {
  readonly #events: readonly Event[];
  readonly #text: string;
  #anchors = new Map<string, Node>();
  #at = 0;
  #isJson = false;
  #trap: YamlTrap | undefined;

  constructor(events: readonly Event[], text: string) {
    this.#events = events;
    this.#text = text;
  }

  find(): YamlTrap | undefined {
    while (this.#at < this.#events.length && this.#trap === undefined) {
      const event = this.#events[this.#at++];
      if (event?.type !== EVENT_ID.DOCUMENT) continue;
      this.#anchors = new Map();
      const root = this.#events[this.#at];
      this.#isJson = root?.type === EVENT_ID.MAPPING && root.style === COLLECTION_STYLE.FLOW;
      while (this.#events[this.#at]?.type !== EVENT_ID.POP && this.#at < this.#events.length) this.#node();
    }
    return this.#trap;
  }

  #node(): Node {
    const event = this.#events[this.#at++];
    if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT)
      return { kind: 'sequence', items: [], start: 0 };
    if (event.type === EVENT_ID.ALIAS) {
      const known = this.#anchors.get(this.#text.slice(event.anchorStart, event.anchorEnd));
      return known ?? { kind: 'sequence', items: [], start: event.anchorStart };
    }
    const node = this.#content(event);
    if (event.anchorStart !== -1)
      this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), node);
    return node;
  }

  #content(
    event: Exclude<Event, { type: typeof EVENT_ID.ALIAS | typeof EVENT_ID.POP | typeof EVENT_ID.DOCUMENT }>,
  ): Node {
    if (event.type === EVENT_ID.SCALAR) {
      const { valueStart, valueEnd, style } = event;
      const quoted = style === SCALAR_STYLE.DOUBLE_QUOTED ? this.#text.slice(valueStart, valueEnd) : '';
      if (!this.#isJson && /(?:^|[^\\])(?:\\\\)*\\\//.test(quoted)) {
        this.#trap ??= { message: 'kubectl does not know the escape `\\/`: write `/`', start: valueStart };
      }
      if (!this.#isJson && surrogate.test(quoted)) {
        const message =
          'kubectl takes no character in two halves: write it as it is, or as `\\U` with eight digits';
        this.#trap ??= { message, start: valueStart };
      }
      const plain = style === SCALAR_STYLE.PLAIN;
      return { kind: 'scalar', text: getScalarValue(this.#text, event), plain, start: valueStart };
    }
    const children = this.#children();
    if (event.type === EVENT_ID.SEQUENCE) return { kind: 'sequence', items: children, start: event.start };
    const pairs: (readonly [Node, Node])[] = [];
    for (let at = 0; at + 1 < children.length; at += 2) {
      const [key, value] = [children[at], children[at + 1]];
      if (key !== undefined && value !== undefined) pairs.push([key, value]);
    }
    this.#checkMerge(pairs);
    return { kind: 'mapping', pairs, start: event.start };
  }

  #children(): readonly Node[] {
    const children: Node[] = [];
    while (this.#at < this.#events.length && this.#events[this.#at]?.type !== EVENT_ID.POP)
      children.push(this.#node());
    this.#at++;
    return children;
  }

  #checkMerge(pairs: readonly (readonly [Node, Node])[]): void {
    const merge = pairs.findIndex(([key]) => isMergeKey(key));
    const source = pairs[merge]?.[1];
    if (merge < 1 || source === undefined) return;
    const merged = mergedPairs(source);
    for (const [key, value] of pairs.slice(0, merge)) {
      const other = merged.get(printNode(key));
      if (other === undefined || printNode(other) === printNode(value)) continue;
      const name = key.kind === 'scalar' ? key.text : 'this key';
      const message = `\`${name}\` is also in what \`<<\` merges, with another value, which wins for kubectl: put \`<<\` first, or drop one of the two`;
      this.#trap ??= { message, start: key.start };
    }
  }
}

function isMergeKey(node: Node): boolean {
  return node.kind === 'scalar' && node.plain && node.text === '<<';
}

/** What a `<<` brings, by printed key: of a list the first that has a key, of a mapping its own keys before merged ones. */
function mergedPairs(source: Node): ReadonlyMap<string, Node> {
  if (source.kind === 'scalar') return new Map();
  if (source.kind === 'sequence') {
    return new Map([...source.items].reverse().flatMap((item) => [...mergedPairs(item)]));
  }
  const below = source.pairs
    .filter(([key]) => isMergeKey(key))
    .flatMap(([, value]) => [...mergedPairs(value)]);
  const own = source.pairs
    .filter(([key]) => !isMergeKey(key))
    .map(([key, value]) => [printNode(key), value] as const);
  return new Map([...below, ...own]);
}

function printNode(node: Node): string {
  switch (node.kind) {
    case 'scalar':
      return JSON.stringify([node.plain, node.text]);
    case 'sequence':
      return `[${node.items.map(printNode).join(',')}]`;
    case 'mapping':
      return `{${node.pairs.map(([key, value]) => `${printNode(key)}:${printNode(value)}`).join(',')}}`;
  }
}
