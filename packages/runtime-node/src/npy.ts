/** Tensors as `.npy` files (NumPy format 1.0), so that Python reads exactly what the model saw. */
import type { HostTensor } from '@oddpixel/contract';

/** float32 in C order, little-endian. */
export function encodeNpy({ dims, data }: HostTensor<'float32'>): Uint8Array {
  const shape = dims.length === 1 ? `${dims[0]},` : dims.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }`;
  const magicBytes = 10;
  // Header and magic fill a multiple of 64 bytes; the header ends with a line feed.
  const headerBytes = Math.ceil((magicBytes + text.length + 1) / 64) * 64 - magicBytes;
  const file = new Uint8Array(magicBytes + headerBytes + 4 * data.length);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, headerBytes & 255, headerBytes >> 8]);
  file.set(new TextEncoder().encode(`${text.padEnd(headerBytes - 1)}\n`), magicBytes);
  const view = new DataView(file.buffer, magicBytes + headerBytes);
  data.forEach((value, i) => view.setFloat32(4 * i, value, true));
  return file;
}
