/**
 * A table of images: the columns `image` and `label`, and optionally `mask`, `split`, `group`, `defect`. A mask may be a
 * folder that holds several masks of the image. Paths are relative to the table's folder (or to `imageDir`, `anomalyDir`) and never leave it.
 */
import { DatasetError, type Dataset, type FileSource } from '@oddpixel/contract';
import { parseCsv, type CsvRow } from '../csv.ts';
import { anomalyNames, makeDataset, maskFields, type SampleDraft } from '../dataset.ts';
import { labelOf, splitOf } from '../labels.ts';
import { listImages, readFolder, type Folder } from '../listing.ts';
import { fileNameOf, folderOf, joinPath, normalizeRelativePath } from '../paths.ts';
import { decodeText } from '../text.ts';
import type { LayoutInput } from './layout.ts';

const columnNames = ['image', 'label', 'mask', 'split', 'group', 'defect'];

/** True for the header of a data set's table, as opposed to some other table. */
function isDatasetHeader(columns: readonly string[]): boolean {
  return columns.includes('image') && columns.includes('label');
}

export async function readCsvLayout(input: LayoutInput): Promise<Dataset> {
  const { source, path, remark } = input;
  const table = joinPath(path, input.csv ?? (await findTable(source, path)));
  const { columns, rows } = parseCsv(decodeText(await source.read(table), table), table);
  if (!isDatasetHeader(columns)) {
    throw new DatasetError({
      path: table,
      problems: [`the columns image and label are needed; found ${columns.join(', ')}`],
      fix: 'The first line must look like image,label,mask,split,group.',
    });
  }
  const unknown = columns.filter((name) => !columnNames.includes(name));
  if (unknown.length > 0) {
    remark({
      code: 'unusedColumns',
      message: `columns of ${table} that are not used: ${unknown.join(', ')}`,
    });
  }

  const imageDir = input.imageDir === undefined ? folderOf(table) : joinPath(path, input.imageDir);
  const anomalyDir = input.anomalyDir === undefined ? folderOf(table) : joinPath(path, input.anomalyDir);
  const files = createFileFinder(source);
  const problems: string[] = [];
  const lines = new Map<string, number>();
  const drafts: SampleDraft[] = [];
  for (const row of rows) {
    const draft = await readRow(row, imageDir, anomalyDir, files, problems);
    if (draft === undefined) continue;
    const earlier = lines.get(draft.imageFileName);
    if (earlier !== undefined) {
      problems.push(`line ${row.line}: ${draft.imageFileName} is already in line ${earlier}`);
    }
    lines.set(draft.imageFileName, row.line);
    drafts.push(draft);
  }
  if (problems.length > 0) {
    const fix =
      drafts.length === 0 && input.imageDir === undefined
        ? 'Paths are relative to the folder of the table; set another base folder with the options imageDir and anomalyDir.'
        : undefined;
    throw new DatasetError({ path: table, problems, fix });
  }
  const hasMasks = drafts.some((draft) => anomalyNames(draft).length > 0);
  return makeDataset({ imageDir, anomalyDir: hasMasks ? anomalyDir : undefined }, drafts);
}

async function readRow(
  { line, cells }: CsvRow,
  imageDir: string,
  anomalyDir: string,
  files: FileFinder,
  problems: string[],
): Promise<SampleDraft | undefined> {
  const cell = (name: string): string => (cells[name] ?? '').trim();
  const before = problems.length;
  const filesOf = async (column: 'image' | 'mask', folder: string): Promise<readonly string[]> => {
    const path = normalizeRelativePath(cell(column));
    if (path === undefined) {
      problems.push(`line ${line}: "${cell(column)}" is not a path below the ${column} folder`);
      return [];
    }
    const found = await files.find(folder, path);
    if (found.path !== undefined) return [found.path];
    if (found.folder !== undefined && column === 'mask') {
      const below = found.folder;
      const masks = await files.imagesIn(joinPath(folder, below));
      if (masks.length === 0) problems.push(`line ${line}: there is no image in the mask folder ${below}`);
      return masks.map((name) => joinPath(below, name));
    }
    const hint = found.similar === undefined ? '' : ` (there is ${found.similar})`;
    problems.push(
      found.folder === undefined
        ? `line ${line}: the ${column} ${path} does not exist${hint}`
        : `line ${line}: the ${column} ${path} is a folder`,
    );
    return [];
  };

  const [imageFileName = ''] = await filesOf('image', imageDir);
  if (cell('label') === '') problems.push(`line ${line}: the label is missing`);
  const split = splitOf(cell('split'));
  if (split === undefined && cell('split') !== '') {
    problems.push(`line ${line}: the split "${cell('split')}" is not train, validation or test`);
  }
  const masks = cell('mask') === '' ? [] : await filesOf('mask', anomalyDir);
  if (problems.length > before) return undefined;
  const label = labelOf(cell('label'));
  const isDefective = label.imageLabel === 'nok' && cell('defect') !== '';
  return {
    imageFileName,
    ...label,
    defect: isDefective ? cell('defect') : label.defect,
    ...maskFields(masks),
    split,
    group: cell('group') === '' ? undefined : cell('group'),
  };
}

/** The only table in a folder that has a data set's header. */
async function findTable(source: FileSource, path: string): Promise<string> {
  const tables = await findTables(source, path);
  const [first] = tables;
  if (first !== undefined && tables.length === 1) return first;
  throw new DatasetError({
    path: path || source.name,
    problems: [
      first === undefined
        ? 'there is no .csv file with the columns image and label'
        : `there are several tables: ${tables.join(', ')}`,
    ],
    fix: 'Name the table in the option csv.',
  });
}

/** Names of the tables in a folder that describe a data set. */
export async function findTables(source: FileSource, path: string): Promise<string[]> {
  const { files } = await readFolder(source, path);
  const tables: string[] = [];
  for (const name of files.filter((file) => /\.csv$/i.test(file))) {
    const bytes = await source.read(joinPath(path, name));
    // Looking for two plain words: what other characters mean does not matter here.
    const encoding = bytes[0] === 0xff ? 'utf-16le' : bytes[0] === 0xfe ? 'utf-16be' : 'utf-8';
    const text = new TextDecoder(encoding).decode(bytes);
    const header = text.replace(/^\uFEFF?\s*/, '').split(/[\r\n]/, 1)[0] ?? '';
    try {
      if (isDatasetHeader(parseCsv(header, name).columns)) tables.push(name);
    } catch {
      // Some other table, or none; it is not ours to judge.
    }
  }
  return tables;
}

interface FileFinder {
  /** The file's real path, or the folder's, which may differ in Unicode form; `similar` is a file that differs in case. */
  find(folder: string, path: string): Promise<{ path?: string; folder?: string; similar?: string }>;
  /** All images below a folder, relative to it. */
  imagesIn(folder: string): Promise<readonly string[]>;
}

/** Looks files up by listing each folder once: many sources cannot ask for one file, and ours need not open any. */
function createFileFinder(source: FileSource): FileFinder {
  const listed = new Map<string, Promise<Folder>>();
  const list = async (folder: string): Promise<Folder> => {
    try {
      return await readFolder(source, folder);
    } catch {
      // A folder that cannot be listed holds no file; every line that names one says so.
      return { files: [], folders: [], unusable: [] };
    }
  };
  return {
    async find(folder, path) {
      const inside = folderOf(path);
      const where = joinPath(folder, inside);
      const names = listed.get(where) ?? list(where);
      listed.set(where, names);
      const wanted = fileNameOf(path).normalize();
      const { files, folders } = await names;
      const name = files.find((file) => file.normalize() === wanted);
      if (name !== undefined) return { path: joinPath(inside, name) };
      const subfolder = folders.find((one) => one.normalize() === wanted);
      if (subfolder !== undefined) return { folder: joinPath(inside, subfolder) };
      const similar = files.find((file) => file.normalize().toLowerCase() === wanted.toLowerCase());
      return similar === undefined ? {} : { similar: joinPath(inside, similar) };
    },
    imagesIn: (folder) => listImages(source, folder),
  };
}
