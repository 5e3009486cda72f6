/** Turning and mirroring pixels as the tag Orientation of EXIF and TIFF says (TIFF 6.0, section 8). */
import { type Raster } from '@oddpixel/contract';
import { copyNumbers } from '@oddpixel/contract/unstable';

/** The raster as it is meant to be seen. Anything but 2 to 8 leaves it as it is. */
export function orient(raster: Raster, orientation: number): Raster {
  if (!(orientation >= 2 && orientation <= 8)) return raster;
  const { width, height, channels, data } = raster;
  // 5 to 8 swap rows and columns; the others only mirror.
  const swapped = orientation > 4;
  const [columns, rows] = swapped ? [height, width] : [width, height];
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const turned = copyNumbers(data);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [x, y] = swapped ? [row, column] : [column, row];
      const from = (fromBottom ? height - 1 - y : y) * width + (fromRight ? width - 1 - x : x);
      for (let c = 0; c < channels; c++) turned[at++] = data[from * channels + c] as number;
    }
  }
  return { ...raster, width: columns, height: rows, data: turned };
}
