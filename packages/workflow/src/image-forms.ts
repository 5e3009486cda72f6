/** What the images of a training were, and how new images differ from them. */
import {
  type ImageDepth,
  type PreprocessedSample,
  type PreprocessParams,
  type Remark,
  type TrainingImages,
} from '@oddpixel/contract';
import { cameraRange, remarkOnFiles } from '@oddpixel/contract/unstable';

/** An image before preprocessing; of a tile, the size is the tile's. */
export type FormOf = Pick<PreprocessedSample, 'source'> & {
  readonly geometry: { readonly sourceWidth: number; readonly sourceHeight: number };
};

export interface FormCollector {
  add(sample: FormOf): void;
  /** `undefined` if no image gave its form. */
  forms(): TrainingImages | undefined;
}

export function formCollector(): FormCollector {
  const depths = new Set<ImageDepth>();
  const channels = new Set<string>();
  const width = extent();
  const height = extent();
  const gray = extent();
  return {
    add({ source, geometry }) {
      if (source === undefined) return;
      depths.add(source.depth);
      channels.add(source.channels);
      width.add(geometry.sourceWidth);
      height.add(geometry.sourceHeight);
      for (const value of source.grayRange ?? []) gray.add(value);
    },
    forms() {
      if (depths.size === 0) return undefined;
      const [low, high] = gray.range;
      return {
        depths: [...depths].sort(),
        channels: [...channels].sort(),
        width: width.range,
        height: height.range,
        grayRange: low <= high ? gray.range : undefined,
      };
    },
  };
}

function extent(): { add(value: number): void; readonly range: [min: number, max: number] } {
  const range: [number, number] = [Infinity, -Infinity];
  return {
    range,
    add(value) {
      range[0] = Math.min(range[0], value);
      range[1] = Math.max(range[1], value);
    },
  };
}

/** Of 14 bits in 16, and of less. */
const smallShare = 1 / 4;

/** That 16-bit images use a small part of their range: the model saw them dark, and an 8-bit grid of it. */
export function partlyUsedRange(
  forms: TrainingImages | undefined,
  { normalizationType, sourceRange }: PreprocessParams,
): Remark[] {
  if (forms?.grayRange === undefined || sourceRange !== undefined || normalizationType !== 'none') return [];
  const [min, max] = forms.grayRange;
  const highest = cameraRange(max)[1];
  const share = (highest + 1) / 65_536;
  if (!forms.depths.includes('16 bit') || share > smallShare) return [];
  return [
    {
      code: 'partlyUsedRange',
      message: `the 16-bit training images use the gray values ${min}..${max}, at most 1/${1 / share} of their range 0..65535, so the model saw them too dark`,
      fix: `Train with \`sourceRange\` 0,${highest} or auto.`,
    },
  ];
}

/** How an image differs from those that the model was trained on, in one remark; none if it does not. */
export function formRemarks(
  trained: TrainingImages | undefined,
  { source, geometry }: FormOf,
  file: string,
): Remark[] {
  if (trained === undefined || source === undefined) return [];
  const { depths, channels } = trained;
  const isSame =
    depths.includes(source.depth) &&
    channels.includes(source.channels) &&
    fits(trained.width, geometry.sourceWidth) &&
    fits(trained.height, geometry.sourceHeight);
  if (isSame) return [];
  const learned = `${depths.map(inWords).join(' or ')} ${channels.join(' or ')} ${words(trained.width)}×${words(trained.height)}`;
  const { sourceWidth, sourceHeight } = geometry;
  // Not the size itself: 200 images of 200 sizes are one remark.
  const size =
    fits(trained.width, sourceWidth) && fits(trained.height, sourceHeight)
      ? `${words(trained.width)}×${words(trained.height)}`
      : `of another size${distorted(trained, geometry)}`;
  const given = `${inWords(source.depth)} ${source.channels} ${size}`;
  return [
    remarkOnFiles({
      code: 'unlikeTrainingImages',
      text: `trained on ${learned}, this image is ${given}${dark(source, depths)}`,
      files: [file],
      fix: 'The score may be meaningless: inspect images in the form that the model was trained on, or train again.',
    }),
  ];
}

/** Images of one size are expected to keep it; if sizes vary, a quarter beyond them is no news. */
function fits([min, max]: readonly [number, number], value: number): boolean {
  return min === max ? value === min : value >= 0.75 * min && value <= 1.25 * max;
}

function inWords(depth: ImageDepth): string {
  return depth.replace(' ', '-');
}

function words([min, max]: readonly [number, number]): string {
  return min === max ? String(min) : `${min}..${max}`;
}

/** The kind of surprise that a 12-bit camera gives to a model of 8-bit images. */
function dark({ depth, grayRange }: NonNullable<FormOf['source']>, depths: readonly ImageDepth[]): string {
  if (depth !== '16 bit' || depths.includes('16 bit') || grayRange === undefined) return '';
  const highest = cameraRange(grayRange[1])[1];
  const factor = 65_536 / (highest + 1);
  return factor < 4 ? '' : ` that uses 0..${highest} only, and so is ${factor} times darker to the model`;
}

/** More than this, and shapes look wrong. */
const toldDistortion = 1.1;

function distorted(
  { width, height }: TrainingImages,
  { sourceWidth, sourceHeight }: FormOf['geometry'],
): string {
  const aspect = sourceWidth / sourceHeight;
  const [lowest, highest] = [width[0] / height[1], width[1] / height[0]];
  if (aspect <= highest * toldDistortion && aspect >= lowest / toldDistortion) return '';
  return ' and aspect ratio, so it is distorted';
}
