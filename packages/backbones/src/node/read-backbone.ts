/** Reads a model of this package in Node. */
import { fileURLToPath } from 'node:url';
import { hashBytes } from '@oddpixel/contract';
import { BackboneHashError, BackboneUnavailableError } from '../errors.ts';
import type { BundledBackbone } from '../backbone.ts';
import { readFileBounded } from './read-bounded.ts';

const fix = 'The installation is damaged: reinstall @oddpixel/backbones.';

/**
 * The backbone's ONNX bytes.
 *
 * @throws BackboneUnavailableError, BackboneHashError
 */
export async function readBackbone(model: BundledBackbone): Promise<Uint8Array> {
  const path = fileURLToPath(model.url);
  const bytes = await readFileBounded(path).catch((cause: unknown) => {
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new BackboneUnavailableError(
      { url: path, expected: `the model ${model.id}`, received, fix },
      { cause },
    );
  });
  const sha256 = await hashBytes(bytes);
  if (sha256 !== model.sha256) {
    const received = `${sha256} (${bytes.length} bytes)`;
    throw new BackboneHashError({ url: path, expected: `SHA-256 ${model.sha256}`, received, fix });
  }
  return bytes;
}
