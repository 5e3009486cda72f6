/**
 * Colour maps as tables of 256 colours. Jet and hot are the well-known piecewise linear ones; viridis and inferno
 * (S. van der Walt, N. Smith 2015) are interpolated from a few of their published colours, within 3 of 255.
 */
export type ColorMapName = 'jet' | 'jetInverse' | 'hot' | 'hotInverse' | 'viridis' | 'inferno';

/** 256 RGB triples, from the lowest value to the highest. */
export type ColorTable = Uint8Array;

/** Straight lines between `[position 0..1, red, green, blue 0..255]`. */
function interpolated(stops: readonly (readonly [number, number, number, number])[]): ColorTable {
  const table = new Uint8Array(256 * 3);
  let next = 1;
  for (let i = 0; i < 256; i++) {
    const position = i / 255;
    while (next < stops.length - 1 && position > (stops[next]?.[0] ?? 1)) next++;
    const [p0, ...from] = stops[next - 1] as (typeof stops)[number];
    const [p1, ...to] = stops[next] as (typeof stops)[number];
    const share = (position - p0) / (p1 - p0);
    from.forEach((value, c) => (table[3 * i + c] = Math.round(value + share * ((to[c] as number) - value))));
  }
  return table;
}

/** Equally spaced colours, given as hexadecimal digits. */
function even(colors: string): ColorTable {
  const list = colors.split(' ');
  return interpolated(
    list.map((hex, i) => [
      i / (list.length - 1),
      Number.parseInt(hex.slice(0, 2), 16),
      Number.parseInt(hex.slice(2, 4), 16),
      Number.parseInt(hex.slice(4, 6), 16),
    ]),
  );
}

function reversed(table: ColorTable): ColorTable {
  return Uint8Array.from(
    { length: table.length },
    (_, i) => table[3 * (255 - Math.floor(i / 3)) + (i % 3)] as number,
  );
}

const jet = interpolated([
  [0, 0, 0, 128],
  [0.125, 0, 0, 255],
  [0.375, 0, 255, 255],
  [0.625, 255, 255, 0],
  [0.875, 255, 0, 0],
  [1, 128, 0, 0],
]);

const hot = interpolated([
  [0, 11, 0, 0],
  [0.365, 255, 0, 0],
  [0.746, 255, 255, 0],
  [1, 255, 255, 255],
]);

export const colorMaps: Readonly<Record<ColorMapName, ColorTable>> = {
  jet,
  jetInverse: reversed(jet),
  hot,
  hotInverse: reversed(hot),
  viridis: even(
    '440154 481a6c 472f7d 414487 39568c 31688e 2a788e 23888e 1f988b 22a884 35b779 54c568 7ad151 a5db36 d2e21b fde725',
  ),
  inferno: even(
    '000004 0c0826 240c4f 420a68 5d126e 781c6d 932667 ae305c c73e4c dd513a ed6925 f8850f fca50a fac62d f2e661 fcffa4',
  ),
};
