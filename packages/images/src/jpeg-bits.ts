/** What a scan of a JPEG needs at the very least: restart markers, and bits by its Huffman tables (ITU-T T.81, annexes C and F). */

export interface JpegComponent {
  readonly id: number;
  readonly horizontal: number;
  readonly vertical: number;
}

/** Of one table: the shortest code, the shortest one that does not end a block, and the one that does. */
export interface CodeLengths {
  readonly shortest: number;
  readonly shortestValue: number;
  readonly endOfBlock: number;
}

/** @param tables by class and number, as the file writes them: 0 to 3 for DC, 16 to 19 for AC */
export function readHuffmanTables(content: Uint8Array, tables: Map<number, CodeLengths>): void {
  for (let at = 0; at + 17 <= content.length;) {
    const name = content[at] as number;
    let symbol = at + 17;
    let [shortest, shortestValue, endOfBlock] = [Infinity, Infinity, Infinity];
    for (let length = 1; length <= 16; length++) {
      for (let i = 0; i < (content[at + length] as number); i++) {
        shortest = Math.min(shortest, length);
        if (content[symbol++] === 0) endOfBlock = length;
        else shortestValue = Math.min(shortestValue, length);
      }
    }
    tables.set(name, { shortest, shortestValue, endOfBlock });
    at = symbol;
  }
}

export interface CodedScan {
  /** Only the restarts of a progressive one are counted. */
  readonly isProgressive: boolean;
  readonly size: readonly [width: number, height: number];
  readonly components: readonly JpegComponent[];
  /** Units between restarts; 0 for none. */
  readonly interval: number;
  readonly tables: ReadonlyMap<number, CodeLengths>;
  /** The header of the scan. */
  readonly content: Uint8Array;
  readonly scan: { readonly restarts: number };
  /** Of the coded data. */
  readonly bytes: number;
}

/** @returns what is missing, or `undefined` */
export function missingOfScan(coded: CodedScan): string | undefined {
  const { size, components, interval, tables, content, scan, bytes } = coded;
  const used = Array.from({ length: content[0] ?? 0 }, (_, i) => {
    const component = components.find(({ id }) => id === content[1 + 2 * i]);
    return component === undefined ? [] : [{ component, names: content[2 + 2 * i] ?? 0 }];
  }).flat();
  const across = Math.max(1, ...components.map(({ horizontal }) => horizontal));
  const down = Math.max(1, ...components.map(({ vertical }) => vertical));
  const [first] = used;
  // One component alone is stored block by block, several in units of blocks.
  const isAlone = used.length === 1 && first !== undefined;
  const units = isAlone
    ? Math.ceil(Math.ceil((size[0] * first.component.horizontal) / across) / 8) *
      Math.ceil(Math.ceil((size[1] * first.component.vertical) / down) / 8)
    : Math.ceil(size[0] / (8 * across)) * Math.ceil(size[1] / (8 * down));
  const expected = interval === 0 ? 0 : Math.ceil(units / interval) - 1;
  if (scan.restarts < expected)
    return `${expected - scan.restarts} of ${expected} restart markers are missing`;
  if (coded.isProgressive) return undefined;
  let bits = 0;
  for (const { component, names } of used) {
    const [dc, ac] = [tables.get(names >> 4), tables.get(16 + (names & 15))];
    // Tables that are not in the file are the decoder's own; nothing is known of them.
    if (dc === undefined || ac === undefined) return undefined;
    // A block ends by its code, or is filled by codes that stand for at most 16 coefficients each.
    const block = dc.shortest + Math.min(ac.endOfBlock, 4 * ac.shortestValue);
    bits += (isAlone ? 1 : component.horizontal * component.vertical) * block;
  }
  const needed = Math.ceil((units * bits) / 8);
  if (bytes >= needed) return undefined;
  return `${bytes} bytes of pixels, where ${size[0]}×${size[1]} need at least ${needed}`;
}
