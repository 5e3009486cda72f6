/** Gray values that do not fill their range, or do not tell it. */
import { type GrayRange, type ImageDepth } from '@oddpixel/contract';
import { cameraRange } from '@oddpixel/contract/unstable';
import type { CheckedImage, DatasetProblem, Finding } from './problem.ts';

/** Of 14 bits in 16, and of less. */
const smallShare = 1 / 4;

/** Over all images, since one of them may be dark. */
export function findGrayRange(findings: readonly Finding[]): DatasetProblem[] {
  const of = (wanted: ImageDepth): readonly CheckedImage[] =>
    findings.flatMap(({ image }) => (image?.depth === wanted ? [image] : []));
  const span = (images: readonly CheckedImage[]): GrayRange => [
    images.reduce((low, { grayRange }) => Math.min(low, grayRange[0]), Infinity),
    images.reduce((high, { grayRange }) => Math.max(high, grayRange[1]), -Infinity),
  ];
  const idsOf = (images: readonly CheckedImage[]): number[] => images.map(({ sample }) => sample.imageId);
  const problems: DatasetProblem[] = [];
  const deep = of('16 bit');
  const suggested = cameraRange(span(deep)[1]);
  const share = (suggested[1] + 1) / 65_536;
  if (deep.length > 0 && share <= smallShare) {
    problems.push({
      kind: 'partlyUsedRange',
      severity: 'warning',
      imageIds: idsOf(deep),
      message: `the 16-bit images use the gray values ${span(deep).join('..')}, at most 1/${1 / share} of their range 0..65535`,
      suggestedRange: suggested,
    });
  }
  const float = of('float');
  if (float.length > 0) {
    const [low, high] = span(float);
    problems.push({
      kind: 'noRange',
      severity: 'warning',
      imageIds: idsOf(float),
      message: `the float or signed images use the values ${short(low)}..${short(high)}; they do not state their range, which training needs`,
      suggestedRange: [low, high],
    });
  }
  return problems;
}

/** Four significant digits. */
function short(value: number): number {
  return Number(value.toPrecision(4));
}
