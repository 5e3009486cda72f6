/**
 * Colour maps as tables of 256 colours. Jet and hot are the well-known piecewise linear ones; viridis and inferno
 * (S. van der Walt, N. Smith 2015) are interpolated from 33 of their published colours, within 2 of 255.
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
    '440154 470d60 48186a 482374 472d7b 453681 424086 3f4989 3b528b 375a8d 33638d 2f6a8e 2c728e 297a8e 26818e 23898e 21908c 1f988b 1f9f88 21a685 28ae80 31b57b 3ebc74 4cc26c 5dc963 6ece58 82d34c 96d83f abdc32 c0df24 d5e21a eae51a fde725',
  ),
  inferno: even(
    '000004 040312 0b0724 150b37 210c4a 2e0a5a 3c0965 4a0c6b 57106d 63146e 70196e 7d1e6d 89226a 962766 a32b61 af315c bb3755 c63e4d d14644 db4f3b e35932 eb6528 f1711e f67f14 f98d0a fb9c06 fcab0f fbba1f f9ca32 f5d949 f2e865 f3f586 fcffa4',
  ),
};
