import { expect, test } from 'vitest';
import { orient } from './orient.ts';

test('pixels in a Buffer are turned into a copy', () => {
  const data = Buffer.of(1, 2, 3, 4, 5, 6);
  const raster = { width: 3, height: 2, channels: 1, data } as const;
  const turned = {
    2: [3, 2, 1, 6, 5, 4],
    3: [6, 5, 4, 3, 2, 1],
    6: [4, 1, 5, 2, 6, 3],
    8: [3, 6, 2, 5, 1, 4],
  };
  for (const [orientation, expected] of Object.entries(turned)) {
    expect([...orient(raster, Number(orientation)).data]).toEqual(expected);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
  }
});
