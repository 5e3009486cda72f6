/** Connected components of a mask, by runs: memory grows with the outline of the regions, not with the image. */
import { disjointSets } from '@oddpixel/contract/unstable';

/** Maximal horizontal runs of marked pixels, by row, then column, each with the number of its component. */
export interface LabelledRuns {
  readonly componentCount: number;
  /** Index of each row's first run; one entry more than rows. */
  readonly rowBegins: Int32Array;
  readonly begins: readonly number[];
  readonly ends: readonly number[];
  /** 0 … componentCount − 1. */
  readonly labels: Int32Array;
}

/**
 * Labels the 8-connected components of the pixels where `marked[y * width + x]` is not 0: pixels that touch with
 * an edge or a corner belong together. Union–find over runs, in two passes.
 */
export function labelComponents(marked: Uint8Array, width: number, height: number): LabelledRuns {
  const begins: number[] = [];
  const ends: number[] = [];
  const { first, unite } = disjointSets();
  const rowBegins = new Int32Array(height + 1);

  for (let y = 0; y < height; y++) {
    rowBegins[y] = begins.length;
    let above = y === 0 ? 0 : (rowBegins[y - 1] as number);
    const aboveEnd = rowBegins[y] as number;
    for (let x = 0; x < width; x++) {
      if (marked[y * width + x] === 0) continue;
      const begin = x;
      while (x < width && marked[y * width + x] !== 0) x++;
      const run = begins.length;
      begins.push(begin);
      ends.push(x);
      // Runs of the row above that reach a pixel or its corner: begin ≤ x and end ≥ begin.
      while (above < aboveEnd && (ends[above] as number) < begin) above++;
      for (let touching = above; touching < aboveEnd && (begins[touching] as number) <= x; touching++) {
        unite(run, touching);
      }
    }
  }
  rowBegins[height] = begins.length;

  const labels = new Int32Array(begins.length);
  const numbers = new Map<number, number>();
  for (let run = 0; run < labels.length; run++) {
    const component = first(run);
    const label = numbers.get(component) ?? numbers.size;
    numbers.set(component, label);
    labels[run] = label;
  }
  return { componentCount: numbers.size, rowBegins, begins, ends, labels };
}
