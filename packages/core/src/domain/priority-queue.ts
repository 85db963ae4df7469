/** Items by priority; adding and taking one costs the logarithm of how many there are. */
export interface PriorityQueue<Item> {
  push(item: Item): void;
  /** The first of all, left where it is; undefined when there is none. */
  peek(): Item | undefined;
  /** Takes the first of all; undefined when there is none. */
  pop(): Item | undefined;
}

/** An empty queue (a binary heap). `compare` is negative when `left` comes first; it must tell all items apart. */
export function createPriorityQueue<Item>(compare: (left: Item, right: Item) => number): PriorityQueue<Item> {
  const heap: Item[] = [];
  return {
    push: (item) => {
      siftUp(heap, item, compare);
    },
    peek: () => heap[0],
    pop: () => {
      const first = heap[0];
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) siftDown(heap, last, compare);
      return first;
    },
  };
}

type Compare<Item> = (left: Item, right: Item) => number;

function siftUp<Item>(heap: Item[], item: Item, compare: Compare<Item>): void {
  let hole = heap.length;
  while (hole > 0) {
    const above = (hole - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || compare(parent, item) <= 0) break;
    heap[hole] = parent;
    hole = above;
  }
  heap[hole] = item;
}

function siftDown<Item>(heap: Item[], item: Item, compare: Compare<Item>): void {
  let hole = 0;
  for (;;) {
    const below = firstChild(heap, hole, compare);
    const child = heap[below];
    if (child === undefined || compare(item, child) <= 0) break;
    heap[hole] = child;
    hole = below;
  }
  heap[hole] = item;
}

function firstChild<Item>(heap: readonly Item[], at: number, compare: Compare<Item>): number {
  const left = heap[2 * at + 1];
  const right = heap[2 * at + 2];
  return left !== undefined && right !== undefined && compare(right, left) < 0 ? 2 * at + 2 : 2 * at + 1;
}
