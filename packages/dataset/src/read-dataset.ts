/** From a tree of files to a `Dataset`: which layout it is, then what that layout's reader finds. */
import { DatasetError, ParameterError, type Dataset, type FileSource, type Remark } from '@oddpixel/contract';
import { accountForFiles, goodTestRemarks, maskAmongImagesRemarks } from './accounting.ts';
import { applyGroups, parseGroups } from './groups.ts';
import { goodNames, isGoodName, splitOf } from './labels.ts';
import { findTables, readCsvLayout } from './layouts/csv-layout.ts';
import { readFolderLayout } from './layouts/folder.ts';
import { readHalconLayout } from './layouts/halcon.ts';
import type { DatasetLayout, LayoutInput, LayoutReader } from './layouts/layout.ts';
import { readMvtecLayout } from './layouts/mvtec.ts';
import { readFolder } from './listing.ts';
import { listedOnce } from './listed-once.ts';
import { imageExtensions, isImageFile, joinPath, normalizeFolder, normalizeRelativePath } from './paths.ts';
import { decodeText } from './text.ts';

export interface ReadDatasetOptions {
  /**
   * `mvtec`: train/good, test/*, ground_truth/*. `folder`: good beside anything else. `csv`: a table
   * image,label,mask,split,group. `halcon`: `imageDir` and `anomalyDir`. Default `auto`: recognized from what is there.
   */
  readonly layout?: DatasetLayout | 'auto' | undefined;
  /** Folder of the data set in the source. Default: the source's root. All paths below are relative to it. */
  readonly path?: string | undefined;
  /** Folder of the images, for `halcon` and, if it is not the table's own, `csv`. */
  readonly imageDir?: string | undefined;
  /** Folder of the masks, for `halcon` and `csv`. */
  readonly anomalyDir?: string | undefined;
  /** The table, for `csv`; needed only if there are several. */
  readonly csv?: string | undefined;
  /** A CSV file with the columns file,group: images of one part belong to one group. */
  readonly groups?: string | undefined;
  /** As `groups`, but its text. */
  readonly groupsText?: string | undefined;
  /** What messages call the table of `groupsText`. */
  readonly groupsName?: string | undefined;
}

const readers: Readonly<Record<DatasetLayout, LayoutReader>> = {
  mvtec: readMvtecLayout,
  folder: readFolderLayout,
  csv: readCsvLayout,
  halcon: readHalconLayout,
};

/**
 * Lists a data set. No image is opened; `checkSamples` does that.
 *
 * Every file below the folder is accounted for: those that are neither used nor known as clutter are in `remarks`, and
 * `files` counts all.
 *
 * Samples are numbered by the code-unit order of their file names, whatever order the source lists in.
 *
 * @throws DatasetError listing every problem: no layout or several recognized, no images, masks that cannot be told
 * @throws FileError when a folder cannot be listed or a table not be read
 * @throws ParameterError for paths that leave the source
 */
export async function readAnomalyDataset(
  files: FileSource,
  options: ReadDatasetOptions = {},
): Promise<Dataset> {
  const source = listedOnce(files);
  const path = folderOption('path', options.path) ?? '';
  const remarks: Remark[] = [];
  const input: LayoutInput = {
    source,
    path,
    imageDir: folderOption('imageDir', options.imageDir),
    anomalyDir: folderOption('anomalyDir', options.anomalyDir),
    csv: fileOption('csv', options.csv),
    remark: (remark) => void remarks.push(remark),
  };
  const { layout = 'auto' } = options;
  const chosen = layout === 'auto' ? await detectLayout(input) : layout;
  const reader: LayoutReader | undefined = Object.hasOwn(readers, chosen) ? readers[chosen] : undefined;
  if (reader === undefined) {
    const expected = `auto, ${Object.keys(readers).join(', ')}`;
    throw new ParameterError({ name: 'layout', expected: `one of ${expected}`, received: String(chosen) });
  }
  const dataset = await reader(input);
  if (dataset.samples.length === 0) {
    const left = await accountForFiles(dataset, chosen, input);
    throw new DatasetError({
      path: path || source.name,
      problems: [`no image was found (layout ${chosen})`, ...left.remarks.map(({ message }) => message)],
      fix: `Images are ${imageExtensions.join(', ')} files.`,
    });
  }
  const grouped = await withGroups(dataset, input, options);
  const accounted = await accountForFiles(grouped, chosen, input);
  remarks.push(...goodTestRemarks(grouped), ...maskAmongImagesRemarks(grouped), ...accounted.remarks);
  const counted = { ...grouped, files: accounted.files };
  return remarks.length === 0 ? counted : { ...counted, remarks };
}

async function withGroups(
  dataset: Dataset,
  { source, path }: LayoutInput,
  options: ReadDatasetOptions,
): Promise<Dataset> {
  const file = fileOption('groups', options.groups);
  if (file !== undefined) {
    const name = joinPath(path, file);
    const text = decodeText(await source.read(name), name);
    return applyGroups(dataset, parseGroups(text, name), name);
  }
  if (options.groupsText === undefined) return dataset;
  const name = options.groupsName ?? 'the table of groups';
  return applyGroups(dataset, parseGroups(options.groupsText, name), name);
}

/** The one layout that what lies in the folder speaks for. @throws DatasetError that names what was seen. */
async function detectLayout(input: LayoutInput): Promise<DatasetLayout> {
  if (input.csv !== undefined) return 'csv';
  if (input.imageDir !== undefined) return 'halcon';
  const { source, path } = input;
  const { folders, files, unusable } = await readFolder(source, path);
  const tables = await findTables(source, path);
  const splits = folders.filter((name) => splitOf(name) !== undefined);
  const good = folders.filter(isGoodName);
  const signs: { layout: DatasetLayout; seen: string }[] = [];
  if (splits.length > 0) signs.push({ layout: 'mvtec', seen: `the folder ${splits.join(' and ')}` });
  if (good.length > 0) signs.push({ layout: 'folder', seen: `the folder ${good.join(' and ')}` });
  if (tables.length > 0) signs.push({ layout: 'csv', seen: `the table ${tables.join(' and ')}` });
  const [first, second] = signs;
  if (first !== undefined && second === undefined) return first.layout;
  if (first !== undefined) {
    throw new DatasetError({
      path: path || source.name,
      problems: [`several layouts fit: ${signs.map(({ layout, seen }) => `${layout} (${seen})`).join(', ')}`],
      fix: 'Choose one with the option layout.',
    });
  }
  const images = files.filter(isImageFile).length;
  const seen = [
    folders.length > 0 && `the folders ${shorten(folders)}`,
    images > 0 && `${images} images without a folder`,
    files.length > images &&
      `the files ${shorten(files.filter((name) => !isImageFile(name)).map(tableNote))}`,
    unusable.length > 0 && `what can be neither read nor listed: ${shorten(unusable)}`,
  ].filter((part) => part !== false);
  throw new DatasetError({
    path: path || source.name,
    problems: [`no known layout; found ${seen.join(', ') || 'an empty folder'}`],
    fix:
      `Expected one of: train/good and test/… (mvtec); a folder named ${goodNames.slice(0, 4).join(', ')} or ` +
      'similar, beside others (folder); a .csv table with the columns image and label (csv); or the options imageDir and anomalyDir (halcon).',
  });
}

/** Tables that describe a data set are taken before: this one does not. */
function tableNote(name: string): string {
  return /\.csv$/i.test(name) ? `${name} (without the columns image and label)` : name;
}

function shorten(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

function folderOption(name: string, text: string | undefined): string | undefined {
  return checked(name, text, normalizeFolder);
}

function fileOption(name: string, text: string | undefined): string | undefined {
  return checked(name, text, normalizeRelativePath);
}

function checked(
  name: string,
  text: string | undefined,
  normalize: (text: string) => string | undefined,
): string | undefined {
  if (text === undefined) return undefined;
  const path = normalize(text);
  if (path !== undefined) return path;
  throw new ParameterError({
    name,
    expected: 'a path below the root of the file source',
    received: JSON.stringify(text),
  });
}
