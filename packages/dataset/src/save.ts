/** A data set as JSON text: image names relative to its folders, folders relative to the file source. No host path. */
import { DatasetError, type Dataset, type Remark, type Sample, type FileCounts } from '@oddpixel/contract';
import { makeDataset } from './dataset.ts';
import { knownFields } from './known-fields.ts';
import { normalizeFolder, normalizeRelativePath } from './paths.ts';

const version = 1;
const labelIds = { ok: 0, nok: 1 } as const;

export function saveDataset(dataset: Dataset): string {
  return `${JSON.stringify({ oddpixelDataset: version, ...dataset }, undefined, 1)}\n`;
}

/**
 * The data set that `saveDataset` wrote, or a program after its example. Ids are taken as they stand.
 *
 * @throws DatasetError listing every problem: fields, labels, ids that occur twice, paths that leave the root.
 */
export function loadDataset(text: string, fileName: string = 'JSON'): Dataset {
  const fail = (problems: readonly string[], cause?: unknown): DatasetError =>
    new DatasetError({ path: fileName, problems }, { cause });
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw fail([`it is not JSON (${String(error)})`], error);
  }
  if (!isRecord(value) || value['oddpixelDataset'] === undefined || !Array.isArray(value['samples'])) {
    throw fail(['it is not a saved data set']);
  }
  if (value['oddpixelDataset'] !== version) {
    throw fail([
      `it has version ${describeValue(value['oddpixelDataset'])}; this program reads version ${version}`,
    ]);
  }
  const problems: string[] = [];
  const folder = (name: string): string | undefined => {
    const given = value[name];
    const path = typeof given === 'string' ? normalizeFolder(given) : undefined;
    if (path === undefined) problems.push(`${name} is not a folder below the root`);
    return path;
  };
  const imageDir = folder('imageDir');
  const anomalyDir = value['anomalyDir'] === undefined ? undefined : folder('anomalyDir');
  const samples = value['samples'].map((sample, index) => parseSample(sample, index, problems));
  const ids = new Set<number>();
  const names = new Set<string>();
  for (const sample of samples) {
    if (sample === undefined) continue;
    if (ids.has(sample.imageId)) problems.push(`two samples have imageId ${sample.imageId}`);
    if (names.has(sample.imageFileName)) problems.push(`${sample.imageFileName} occurs twice`);
    ids.add(sample.imageId);
    names.add(sample.imageFileName);
  }
  const remarks = value['remarks'] === undefined ? undefined : parseRemarks(value['remarks'], problems);
  const files = value['files'] === undefined ? undefined : parseCounts(value['files'], problems);
  if (problems.length > 0 || imageDir === undefined) throw fail(problems);
  return {
    ...makeDataset({ imageDir, anomalyDir }, []),
    samples: samples.filter((sample) => sample !== undefined),
    remarks,
    files,
  };
}

function parseRemarks(value: unknown, problems: string[]): Remark[] {
  const isText = (part: unknown): part is string => typeof part === 'string';
  const remarks = Array.isArray(value) ? value.map(asRemark) : [undefined];
  function asRemark(entry: unknown): Remark | undefined {
    if (!isRecord(entry)) return undefined;
    const { code, message, files, fix } = entry;
    if (!isText(code) || !isText(message) || !(fix === undefined || isText(fix))) return undefined;
    if (files !== undefined && !(Array.isArray(files) && files.every(isText))) return undefined;
    return { code, message, files, fix };
  }
  const known = remarks.filter((remark) => remark !== undefined);
  if (known.length < remarks.length) {
    problems.push(
      'remarks is not a list of objects with the texts code and message, and optionally files and fix',
    );
  }
  return known;
}

const countNames = ['images', 'masks', 'tables', 'clutter', 'unused', 'failed'] as const;

function parseCounts(value: unknown, problems: string[]): FileCounts {
  const of = isRecord(value) ? value : {};
  const counts = countNames.map((name) => [name, of[name]] as const);
  const wrong = counts.filter(([, count]) => !Number.isSafeInteger(count) || (count as number) < 0);
  if (wrong.length > 0) problems.push(`files.${wrong[0]?.[0]} is not a whole number from 0`);
  return Object.fromEntries(counts) as Record<(typeof countNames)[number], number>;
}

function parseSample(value: unknown, index: number, problems: string[]): Sample | undefined {
  const before = problems.length;
  const problem = (what: string): void => {
    problems.push(`samples[${index}]: ${what}`);
  };
  if (!isRecord(value)) {
    problem('it is not an object');
    return undefined;
  }
  const path = (name: string): string => {
    const given = value[name];
    const found = typeof given === 'string' ? normalizeRelativePath(given) : undefined;
    if (found === undefined) problem(`${name} is not a path below the folder`);
    return found ?? '';
  };
  const paths = (name: string): readonly string[] => {
    const given = value[name];
    const found = Array.isArray(given)
      ? given.map((one) => (typeof one === 'string' ? normalizeRelativePath(one) : undefined))
      : [undefined];
    const known = found.filter((one) => one !== undefined);
    if (found.length === 0 || known.length < found.length) {
      problem(`${name} is not a list of paths below the folder`);
    }
    return known;
  };
  const text = (name: string): string => {
    const given = value[name];
    if (typeof given !== 'string') problem(`${name} is not text`);
    return typeof given === 'string' ? given : '';
  };
  const { imageId, imageLabel, imageLabelId, split } = value;
  if (!Number.isSafeInteger(imageId) || (imageId as number) < 0)
    problem('imageId is not a whole number from 0');
  if (imageLabel !== 'ok' && imageLabel !== 'nok') problem('imageLabel is neither ok nor nok');
  else if (imageLabelId !== undefined && imageLabelId !== labelIds[imageLabel]) {
    problem('imageLabelId does not fit imageLabel');
  }
  if (split !== undefined && split !== 'train' && split !== 'validation' && split !== 'test') {
    problem('split is not train, validation or test');
  }
  if (value['anomalyFileName'] !== undefined && value['anomalyFileNames'] !== undefined) {
    problem('it has anomalyFileName and anomalyFileNames; give one mask or several');
  }
  const sample = {
    imageId: imageId as number,
    imageFileName: path('imageFileName'),
    imageLabel: imageLabel as Sample['imageLabel'],
    imageLabelId: imageLabel === 'nok' ? labelIds.nok : labelIds.ok,
    defect: value['defect'] === undefined ? undefined : text('defect'),
    anomalyFileName: value['anomalyFileName'] === undefined ? undefined : path('anomalyFileName'),
    anomalyFileNames: value['anomalyFileNames'] === undefined ? undefined : paths('anomalyFileNames'),
    split: split === undefined ? undefined : (split as NonNullable<Sample['split']>),
    group: value['group'] === undefined ? undefined : text('group'),
  } as const;
  return problems.length === before ? knownFields<Sample>(sample) : undefined;
}

/** The beginning of a JSON value, for a message. What is nested in it is left out: it may be too deep to be written. */
function describeValue(value: unknown): string {
  let isOutermost = true;
  const text = JSON.stringify(value, (_, part: unknown) => {
    const isNested = !isOutermost && typeof part === 'object' && part !== null;
    isOutermost = false;
    return isNested ? '…' : part;
  });
  return text.slice(0, 40);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
