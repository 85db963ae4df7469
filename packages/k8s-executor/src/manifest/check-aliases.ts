import { EVENT_ID } from 'js-yaml';
import type { Event } from 'js-yaml';
import type { YamlTrap } from './check-yaml-traps.js';

/**
 * What is wrong with the aliases of one document: one that stands inside what it repeats, or so many that the
 * document grows out of all proportion. The bound is go-yaml's, so a file that kubectl takes is taken.
 */
export function findAliasTrap(events: readonly Event[], text: string): YamlTrap | undefined {
  // Most manifests have none; they are not counted.
  if (!text.includes('*') || !events.some((event) => event.type === EVENT_ID.ALIAS)) return undefined;
  const counter = new NodeCounter(text);
  for (const event of events) {
    const trap = counter.take(event);
    if (trap !== undefined) return trap;
  }
  return undefined;
}

interface Open {
  readonly anchor: string | undefined;
  readonly countBefore: number;
}

class NodeCounter {
  readonly #text: string;
  readonly #sizes = new Map<string, number>();
  readonly #open: Open[] = [];
  #count = 0;
  #aliased = 0;

  constructor(text: string) {
    this.#text = text;
  }

  take(event: Event): YamlTrap | undefined {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        this.#open.push({ anchor: undefined, countBefore: this.#count });
        return undefined;
      case EVENT_ID.POP:
        this.#close();
        return undefined;
      case EVENT_ID.ALIAS:
        return this.#repeat(event);
      case EVENT_ID.SCALAR:
        this.#open.push({ anchor: this.#anchorOf(event), countBefore: this.#count++ });
        this.#close();
        return undefined;
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING:
        this.#open.push({ anchor: this.#anchorOf(event), countBefore: this.#count++ });
        return undefined;
    }
  }

  #anchorOf({ anchorStart, anchorEnd }: { readonly anchorStart: number; readonly anchorEnd: number }) {
    return anchorStart === -1 ? undefined : this.#text.slice(anchorStart, anchorEnd);
  }

  #close(): void {
    const closed = this.#open.pop();
    if (closed?.anchor !== undefined) this.#sizes.set(closed.anchor, this.#count - closed.countBefore);
  }

  #repeat(event: { readonly anchorStart: number; readonly anchorEnd: number }): YamlTrap | undefined {
    const start = event.anchorStart;
    const name = this.#anchorOf(event) ?? '';
    if (this.#open.some(({ anchor }) => anchor === name))
      return { message: `\`*${name}\` stands inside what it repeats`, start };
    const size = this.#sizes.get(name) ?? 0;
    this.#count += size;
    this.#aliased += size;
    const tooMany =
      this.#aliased > 100 && this.#count > 1000 && this.#aliased / this.#count > allowedShare(this.#count);
    return tooMany
      ? { message: 'aliases make this document too large: write out what they repeat', start }
      : undefined;
  }
}

/** How much of a document may come from aliases, by its size in nodes (go-yaml, `allowedAliasRatio`). */
function allowedShare(count: number): number {
  const [low, high] = [400_000, 4_000_000];
  if (count <= low) return 0.99;
  return count >= high ? 0.1 : 0.99 - 0.89 * ((count - low) / (high - low));
}
