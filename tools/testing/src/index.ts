/**
 * Test support shared by all rooms: finds the reference data (real images, backbones)
 * that is too large or not ours to keep in the repository.
 *
 * It is looked for in `ODDPIXEL_REFERENCE_DATA`, else in a folder `shared` beside the checkout. If it is
 * absent, tests that need it are skipped with a reason.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join, resolve } from 'node:path';

/** The checkout's root folder. */
export const repositoryRoot: string = fileURLToPath(new URL('../../..', import.meta.url));

/** Where reference data is looked for, whether it is there or not. */
export const referenceRoot: string =
  process.env['ODDPIXEL_REFERENCE_DATA'] ?? resolve(repositoryRoot, '..', 'shared');

/** The absolute path of one reference file or folder; `undefined` if it is not present on this machine. */
export function referencePath(...segments: readonly string[]): string | undefined {
  const path = join(referenceRoot, ...segments);
  return existsSync(path) ? path : undefined;
}

/** The float32 values of a file of reference values, which keeps them as base64, little-endian. */
export function floatsOf(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);
}

/** Title suffix for a test that is skipped because a reference file is absent. */
export function referenceTitle(title: string, path: string | undefined): string {
  return path === undefined ? `${title} [skipped: reference data absent, see CONTRIBUTING.md]` : title;
}
