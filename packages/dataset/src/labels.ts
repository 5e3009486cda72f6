/** Which names of folders and table cells mean what. Case does not matter. */
import type { ImageLabel, Split } from '@oddpixel/contract';

/** Folder names, and labels in tables, of images without a defect. */
export const goodNames: readonly string[] = [
  'good',
  'ok',
  'okay',
  'normal',
  'pass',
  'passed',
  'defect_free',
  'defect-free',
  'anomaly_free',
  'anomaly-free',
  'no_defect',
  'no-defect',
];

/** Labels in tables of defective images whose kind of defect is not given. */
const badNames: readonly string[] = [
  'nok',
  'bad',
  'ng',
  'fail',
  'failed',
  'defect',
  'defective',
  'anomaly',
  'abnormal',
];

/** Folder names of ground-truth masks, in lower case. */
const maskNames = /^(?:ground[ _-]?truths?|gt|masks?)$/;

export function isGoodName(name: string): boolean {
  return goodNames.includes(name.trim().toLowerCase());
}

/** Names that no defect bears; `mask` and `masks` may be one's. */
export function isGroundTruthFolder(name: string): boolean {
  return isMaskFolder(name) && !/^masks?$/i.test(name);
}

export function isMaskFolder(name: string): boolean {
  return maskNames.test(name.toLowerCase());
}

/** A folder or word as label: good names are `ok`; `bad`, `1` and the like are `nok`; any other word names the defect. */
export function labelOf(word: string): { imageLabel: ImageLabel; defect?: string } {
  const name = word.trim().toLowerCase();
  if (isGoodName(name) || name === '0') return { imageLabel: 'ok' };
  if (badNames.includes(name) || name === '1') return { imageLabel: 'nok' };
  return { imageLabel: 'nok', defect: word.trim() };
}

/** As `labelOf`, for a folder: its name is always the defect, since it distinguishes the folders of one set. */
export function labelOfFolder(name: string): { imageLabel: ImageLabel; defect?: string } {
  return isGoodName(name) ? { imageLabel: 'ok' } : { imageLabel: 'nok', defect: name };
}

/** `undefined` for a word that names no split. */
export function splitOf(word: string): Split | undefined {
  const name = word.trim().toLowerCase();
  if (name === 'train' || name === 'training') return 'train';
  if (name === 'validation' || name === 'valid' || name === 'val') return 'validation';
  // `test_public` is that of MVTec AD 2 whose labels are known.
  return name === 'test' || name === 'testing' || name === 'test_public' ? 'test' : undefined;
}
