/** What an initial model is: a pretrained feature extractor. Each one has its own subpath, so a bundle carries only what it uses. */

/** A pretrained feature extractor, as a file that is part of this package. */
export interface InitialModel {
  readonly id: string;
  /** The ONNX file. In Node a `file:` URL; a bundler turns it into an asset. */
  readonly url: URL;
  /** Of the file's bytes, hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Its spatial outputs, finest first. Input: `image`, float32 `[N, 3, H, W]`, RGB, 0..255, H and W multiples of 32. */
  readonly outputs: readonly string[];
}
