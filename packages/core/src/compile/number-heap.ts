/** A priority queue of numbers: the smallest comes out first. */
export interface NumberHeap {
  push(value: number): void;
  /** Undefined when it is empty. */
  pop(): number | undefined;
}

export function createNumberHeap(): NumberHeap {
  const values: number[] = [];
  const at = (index: number) => values[index] ?? Infinity;
  const swap = (left: number, right: number) => {
    [values[left], values[right]] = [at(right), at(left)];
  };
  return {
    push(value) {
      values.push(value);
      let index = values.length - 1;
      for (let parent = (index - 1) >> 1; index > 0 && at(index) < at(parent); parent = (index - 1) >> 1) {
        swap(index, parent);
        index = parent;
      }
    },
    pop() {
      const [smallest] = values;
      const last = values.pop();
      if (last === undefined || values.length === 0) return smallest;
      values[0] = last;
      for (let index = 0; ;) {
        const child = at(2 * index + 1) <= at(2 * index + 2) ? 2 * index + 1 : 2 * index + 2;
        if (at(child) >= at(index)) return smallest;
        swap(index, child);
        index = child;
      }
    },
  };
}
