/** Preprocessing parameters and what preprocessing delivers. The functions live in `@oddpixel/preprocess`. */
import type { HostTensor } from './tensor.ts';
import type { GrayRange, ImageForm } from './image-form.ts';
import type { Region } from './region.ts';

export type NormalizationType = 'none' | 'firstChannel' | 'allChannels' | 'constantValues';
export type DomainHandling = 'fullDomain' | 'keepDomain' | 'cropDomain';

/** Plain JSON, stored in the model's manifest. */
export interface PreprocessParams {
  /** Multiples of 32. */
  readonly imageWidth: number;
  readonly imageHeight: number;
  /** 1 or 3. */
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
   * Gray values of the source that go to `imageRangeMin` and `imageRangeMax`, with `none`: needed for float images,
   * which do not tell their range, and for whole numbers that use a part of their type's, such as 12 bits in 16.
   * Values beyond it go beyond the model's range alike. Absent: all that the type can hold.
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
