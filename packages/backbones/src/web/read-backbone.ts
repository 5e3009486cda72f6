/** Loads a model of this package in a browser. */
import type { BundledBackbone } from '../backbone.ts';
import { loadPinned, type FetchBackboneOptions } from '../fetch-backbone.ts';
import { checkPin } from '../pin.ts';

/**
 * The backbone's ONNX bytes, loaded from the asset that the bundler made of it when this is called, not before. The
 * browser's own HTTP cache keeps it for the next visit as it keeps other files of the page; pass `browserCache()` to
 * keep it for longer.
 *
 * @throws BackboneError; the signal's reason
 */
export async function readBackbone(
  model: BundledBackbone,
  options: Omit<FetchBackboneOptions, 'maxBytes'> = {},
): Promise<Uint8Array> {
  return loadPinned(checkPin(model), options, {
    retry: 'Check the network and load the page again.',
    mismatch:
      'Load the page again; if the error remains, the site serves another file than its scripts expect.',
  });
}
