/** The header of a Netpbm file (netpbm.sourceforge.net: pbm, pgm, ppm and pam). */

export interface PnmHeader {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** The value that stands for white: 1 to 65,535. */
  readonly maxval: number;
  /** Bits of black and white: 1 is black. */
  readonly isBitmap: boolean;
  /** Whether the pixels are written as text. */
  readonly isText: boolean;
  readonly hasAlpha: boolean;
  /** Where the pixels start. */
  readonly start: number;
}

/** No header is longer; comments count. */
const maxHeaderBytes = 64 * 1024;

/** Channels of the types that have a meaning here. */
const pamTypes: Readonly<Record<string, number>> = {
  BLACKANDWHITE: 1,
  GRAYSCALE: 1,
  RGB: 3,
  BLACKANDWHITE_ALPHA: 2,
  GRAYSCALE_ALPHA: 2,
  RGB_ALPHA: 4,
};

/** @throws Error saying what is wrong with the file. */
export function readPnmHeader(bytes: Uint8Array): PnmHeader {
  const kind = (bytes[1] ?? 0) - 0x30;
  const header = kind === 7 ? readPam(bytes) : readPlain(bytes, kind);
  const { width, height, maxval } = header;
  if (!(width > 0 && height > 0)) throw new Error(`its size is ${width}×${height}`);
  if (!(maxval > 0 && maxval <= 65_535)) throw new Error(`its largest value is ${maxval}`);
  return header;
}

/** P1 to P6: numbers between white space and comments, then one byte of white space, then the pixels. */
function readPlain(bytes: Uint8Array, kind: number): PnmHeader {
  let at = 2;
  const number = (): number => {
    at = skipBlanks(bytes, at, maxHeaderBytes);
    const first = at;
    let value = 0;
    while (isDigit(bytes[at])) value = 10 * value + (bytes[at++] as number) - 0x30;
    if (at === first) throw new Error('its header is cut off or holds something that is not a number');
    return value;
  };
  const isBitmap = kind === 1 || kind === 4;
  const [width, height, maxval] = [number(), number(), isBitmap ? 1 : number()];
  if (at >= bytes.length) throw new Error('it ends after its header');
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  return { width, height, channels, maxval, isBitmap, isText: kind < 4, hasAlpha: false, start: at + 1 };
}

/** P7: lines of a word and its value. */
function readPam(bytes: Uint8Array): PnmHeader {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, maxHeaderBytes));
  const end = /\nENDHDR[ \t\r]*\n/.exec(text);
  if (end === null) throw new Error('its header has no ENDHDR');
  const fields = new Map<string, string>();
  for (const line of text.slice(2, end.index).split('\n')) {
    const [word = '', ...values] = line.trim().split(/\s+/);
    if (word !== '' && !word.startsWith('#')) fields.set(word, values.join(' '));
  }
  const number = (word: string): number => {
    const value = fields.get(word) ?? '';
    if (!/^\d+$/.test(value)) throw new Error(`its header has no ${word}`);
    return Number(value);
  };
  const channels = number('DEPTH');
  const type = fields.get('TUPLTYPE') ?? '';
  const meant = pamTypes[type];
  if (channels < 1 || channels > 4 || (meant !== undefined && meant !== channels)) {
    throw new Error(`it has ${channels} channels of the type ${JSON.stringify(type)}`);
  }
  return {
    width: number('WIDTH'),
    height: number('HEIGHT'),
    channels,
    maxval: number('MAXVAL'),
    isBitmap: false,
    isText: false,
    hasAlpha: type.endsWith('_ALPHA'),
    start: end.index + end[0].length,
  };
}

/** The next byte that is neither white space nor part of a comment. */
export function skipBlanks(bytes: Uint8Array, at: number, end: number = bytes.length): number {
  for (; at < Math.min(end, bytes.length); at++) {
    const byte = bytes[at] as number;
    if (byte === 0x23) {
      while (at < bytes.length && bytes[at] !== 0x0a && bytes[at] !== 0x0d) at++;
    } else if (!isBlank(byte)) break;
  }
  return at;
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** Space, tab, line feed, vertical tab, form feed, carriage return. */
export function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 9 && byte <= 13);
}
