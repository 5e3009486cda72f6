/** Preprocessing parameters and what preprocessing delivers. The functions live in `@oddpixel/preprocess`. */
import type { HostTensor } from './tensor.ts';
import type { GrayRange, ImageForm } from './image-form.ts';
import type { preprocessParameters } from './preprocess-parameters.ts';
import type { Region } from './region.ts';

export type PreprocessSchema = typeof preprocessParameters;

/** `none`, `firstChannel`, `allChannels` or `constantValues`. */
export type NormalizationType = PreprocessSchema['normalizationType']['choices'][number];
/** `fullDomain`, `keepDomain` or `cropDomain`. */
export type DomainHandling = PreprocessSchema['domainHandling']['choices'][number];

/** Plain JSON, stored in the model's manifest. Defaults and ranges: `preprocessParameters`. */
export interface PreprocessParams {
  /** Size of the model input, in pixels. */
  readonly imageWidth: number;
  readonly imageHeight: number;
  /** Channels of the model input. */
  readonly imageNumChannels: number;
  /** Gray value range that the model's input expects. */
  readonly imageRangeMin: number;
  readonly imageRangeMax: number;
  readonly normalizationType: NormalizationType;
  /** One value per channel, for `constantValues`: (value − mean) / deviation, in source gray values. */
  readonly mean?: readonly number[];
  readonly deviation?: readonly number[];
  readonly domainHandling: DomainHandling;
  /**
   * Gray values of the source that become `imageRangeMin` and `imageRangeMax`, with `none`. Required for float images,
   * and for integer images that use a part of their type's range, such as 12 of 16 bits. Values beyond it are mapped
   * beyond the model's range by the same line. Absent: all that the type can hold.
   */
  readonly sourceRange?: readonly [number, number];
}

/** An axis-aligned box in pixels; `x, y` is its upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How model pixels lie in the source image. */
export interface ImageGeometry {
  /** Size of the source image after EXIF orientation. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** The part of the source that fills the model's input: all of it, the domain's bounding box, or a tile. */
  readonly box: Box;
  /** Size of the model's input. */
  readonly width: number;
  readonly height: number;
  /** With `keepDomain`: the model pixels that count. Absent: all. */
  readonly domain?: Region;
}

/** One image ready for the model. */
export interface PreprocessedSample {
  readonly imageId?: number | undefined;
  /** float32 `[C, H, W]` in the range that the parameters state. */
  readonly image: HostTensor<'float32'>;
  readonly geometry: ImageGeometry;
  /** What the image was before. */
  readonly source?: SourceForm | undefined;
}

/** Plain JSON. */
export interface SourceForm extends ImageForm {
  /** The gray values in use; absent for 8-bit images without `sourceRange`. */
  readonly grayRange?: GrayRange | undefined;
}
