/** Reads an initial model in Node. In a browser, fetch `model.url`. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { InitialModel } from './index.ts';

/**
 * The extractor's ONNX bytes.
 *
 * @throws Error when the file is missing or its SHA-256 differs: the installation is damaged.
 */
export async function readInitialModel(model: InitialModel): Promise<Uint8Array> {
  const bytes = await readFile(model.url);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== model.sha256) {
    throw new Error(
      `Initial model "${model.id}": expected SHA-256 ${model.sha256}, the installed file has ${sha256}. Reinstall @oddpixel/initial-models.`,
    );
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
