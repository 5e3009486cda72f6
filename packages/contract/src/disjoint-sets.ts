/** Sets of numbers that grow together (union–find: B. Galler, M. Fischer 1964). Each number is a set of its own at first. */
export interface DisjointSets {
  /** The smallest number in the set of `of`. */
  first(of: number): number;
  unite(a: number, b: number): void;
}

/** For numbers from 0 on that lie close together: memory grows with the largest. */
export function disjointSets(): DisjointSets {
  const parents: number[] = [];
  const first = (of: number): number => {
    while (parents.length <= of) parents.push(parents.length);
    let at = of;
    while (parents[at] !== at) {
      // Halving the path keeps later look-ups short.
      parents[at] = parents[parents[at] as number] as number;
      at = parents[at] as number;
    }
    return at;
  };
  return {
    first,
    unite(a, b): void {
      const [x, y] = [first(a), first(b)];
      if (x < y) parents[y] = x;
      else parents[x] = y;
    },
  };
}
