/**
 * Counts the blocks of a sequential JPEG by walking through its Huffman codes, without computing a pixel (ITU-T T.81,
 * annex F). Browsers fill what is missing with gray and say nothing.
 */
interface Component {
  readonly id: number;
  readonly horizontal: number;
  readonly vertical: number;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly components: readonly Component[];
}

/** By up to 16 bits that come next: length of the code × 256 + its symbol; 0 if there is no such code. */
type Table = Uint16Array;

const [startOfScan, endOfImage, restartInterval, huffman] = [0xda, 0xd9, 0xdd, 0xc4];
const longestCode = 16;

/** @returns what is missing, or `undefined`, also for progressive files and those that cannot be walked through */
export function missingJpegBlocks(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = new Map<number, Table>();
  let frame: Frame | undefined;
  let interval = 0;
  for (let at = 2; at + 4 <= bytes.length;) {
    const marker = bytes[at + 1] as number;
    // Coded data, bytes that belong to nothing, fill bytes, restarts.
    const isBare = bytes[at] !== 0xff || marker === 0xff || marker <= 1 || (marker >= 0xd0 && marker <= 0xd8);
    if (isBare) {
      const next = bytes.indexOf(0xff, at + 1);
      if (next < 0) break;
      at = next;
      continue;
    }
    if (marker === endOfImage) break;
    const end = at + 2 + view.getUint16(at + 2);
    const content = bytes.subarray(at + 4, end);
    if (marker === 0xc0 || marker === 0xc1) frame = readFrame(content);
    else if (marker === huffman) readTables(content, tables);
    else if (marker >= 0xc2 && marker <= 0xcf && marker !== 0xc8 && marker !== 0xcc) return undefined;
    else if (marker === restartInterval) interval = view.getUint16(at + 4);
    else if (marker === startOfScan && frame !== undefined) {
      const scan = new Scan(frame, content, tables);
      const missing = scan.missing(bytes, end, interval);
      if (missing !== undefined) return missing;
    }
    at = end;
  }
  return undefined;
}

function readFrame(content: Uint8Array): Frame {
  const [, high = 0, low = 0, left = 0, right = 0, count = 0] = content;
  const components = Array.from({ length: count }, (_, i): Component => {
    const sampling = content[7 + 3 * i] ?? 0x11;
    return { id: content[6 + 3 * i] ?? 0, horizontal: sampling >> 4 || 1, vertical: sampling & 15 || 1 };
  });
  return { height: high * 256 + low, width: left * 256 + right, components };
}

function readTables(content: Uint8Array, tables: Map<number, Table>): void {
  for (let at = 0; at + 17 <= content.length;) {
    const table = new Uint16Array(1 << longestCode);
    let symbol = at + 17;
    let from = 0;
    for (let length = 1; length <= longestCode; length++) {
      for (let i = 0; i < (content[at + length] as number); i++) {
        const to = from + (1 << (longestCode - length));
        table.fill(length * 256 + (content[symbol++] ?? 0), from, to);
        from = to;
      }
    }
    tables.set(content[at] as number, table);
    at = symbol;
  }
}

class Scan {
  readonly #frame: Frame;
  /** The tables of each block of a unit, DC and AC in turn. */
  readonly #blocks: readonly (readonly [Table, Table])[];
  readonly #units: number;

  constructor(frame: Frame, content: Uint8Array, tables: ReadonlyMap<number, Table>) {
    this.#frame = frame;
    const { width, height, components } = frame;
    const across = Math.max(...components.map(({ horizontal }) => horizontal));
    const down = Math.max(...components.map(({ vertical }) => vertical));
    const used = Array.from({ length: content[0] ?? 0 }, (_, i) => {
      const component = components.find(({ id }) => id === content[1 + 2 * i]);
      const names = content[2 + 2 * i] ?? 0;
      const [dc, ac] = [tables.get(names >> 4), tables.get(16 + (names & 15))];
      return component === undefined || dc === undefined || ac === undefined
        ? []
        : [{ component, pair: [dc, ac] as const }];
    }).flat();
    const isKnown = used.length === content[0];
    const [first] = used;
    const isAlone = used.length === 1 && first !== undefined;
    // One component alone is stored block by block, several in units of blocks.
    const blocks = (size: number, sampling: number, largest: number): number =>
      isAlone ? Math.ceil(Math.ceil((size * sampling) / largest) / 8) : Math.ceil(size / (8 * largest));
    this.#units =
      blocks(width, first?.component.horizontal ?? 1, across) *
      blocks(height, first?.component.vertical ?? 1, down);
    this.#blocks = isKnown
      ? used.flatMap(({ component: { horizontal, vertical }, pair }) =>
          Array<readonly [Table, Table]>(isAlone ? 1 : horizontal * vertical).fill(pair),
        )
      : [];
  }

  /** @returns what is missing of the data from `start` on */
  missing(bytes: Uint8Array, start: number, interval: number): string | undefined {
    if (this.#blocks.length === 0) return undefined;
    const reader = new BitReader(bytes, start);
    for (let unit = 0; unit < this.#units; unit++) {
      if (interval > 0 && unit > 0 && unit % interval === 0 && !reader.restart()) return this.#say(unit);
      for (const [dc, ac] of this.#blocks) {
        if (!reader.passBlock(dc, ac)) return this.#say(unit);
      }
    }
    return undefined;
  }

  #say(unit: number): string {
    const { width, height } = this.#frame;
    return `it is cut off: of its ${width}×${height} pixels, ${unit} of ${this.#units} units of blocks are found`;
  }
}

class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #bits = 0;
  #count = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** False if the data ends before the block does, or a code stands for nothing. */
  passBlock(dc: Table, ac: Table): boolean {
    const size = this.#symbol(dc);
    if (size < 0 || !this.#skip(size & 15)) return false;
    for (let k = 1; k < 64; k++) {
      const symbol = this.#symbol(ac);
      if (symbol < 0) return false;
      if (symbol === 0) return true;
      k += symbol >> 4;
      if (!this.#skip(symbol & 15)) return false;
    }
    return true;
  }

  /** Past the restart marker, which must come next. */
  restart(): boolean {
    [this.#bits, this.#count] = [0, 0];
    while (this.#bytes[this.#at] === 0xff && this.#bytes[this.#at + 1] === 0xff) this.#at++;
    const marker = this.#bytes[this.#at + 1] ?? 0;
    if (this.#bytes[this.#at] !== 0xff || marker < 0xd0 || marker > 0xd7) return false;
    this.#at += 2;
    return true;
  }

  #symbol(table: Table): number {
    this.#fill();
    const lack = longestCode - this.#count;
    const next = lack > 0 ? (this.#bits << lack) & 0xffff : (this.#bits >>> -lack) & 0xffff;
    const entry = table[next] as number;
    return entry > 0 && this.#skip(entry >> 8) ? entry & 255 : -1;
  }

  #skip(count: number): boolean {
    if (count > this.#count) this.#fill();
    if (count > this.#count) return false;
    this.#count -= count;
    this.#bits &= (1 << this.#count) - 1;
    return true;
  }

  /** At least 16 bits, if the data has them; it ends at a marker. */
  #fill(): void {
    while (this.#count < longestCode && this.#at < this.#bytes.length) {
      const byte = this.#bytes[this.#at] as number;
      if (byte === 0xff) {
        if (this.#bytes[this.#at + 1] !== 0) return;
        this.#at++;
      }
      this.#at++;
      this.#bits = (this.#bits << 8) | byte;
      this.#count += 8;
    }
  }
}
