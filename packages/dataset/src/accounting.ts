/** What a data set leaves out: every file below its root that is neither used nor known as clutter, with what to do. */
import type { Dataset, Remark, Split, FileCounts } from '@oddpixel/contract';
import { anomalyPaths, imagePath } from './dataset.ts';
import { isMaskFolder, splitOf } from './labels.ts';
import type { DatasetLayout, LayoutInput } from './layouts/layout.ts';
import { listFiles, type OtherKind } from './list-files.ts';
import { maskSuffix } from './masks.ts';
import { baseNameOf, folderOf, joinPath } from './paths.ts';

/** What became of every file, and one remark per kind of file that was not used. */
export async function accountForFiles(
  dataset: Dataset,
  layout: DatasetLayout,
  input: LayoutInput,
): Promise<{ readonly files: FileCounts; readonly remarks: readonly Remark[] }> {
  const { source, path, csv, imageDir, anomalyDir } = input;
  // A table whose images lie elsewhere says nothing about its own folder.
  const roots =
    csv !== undefined && imageDir !== undefined
      ? [joinPath(path, imageDir), ...(anomalyDir === undefined ? [] : [joinPath(path, anomalyDir)])]
      : path;
  const { images, others } = await listFiles(source, roots);
  const used = new Set<string>();
  let masks = 0;
  for (const sample of dataset.samples) {
    used.add(imagePath(dataset, sample));
    for (const mask of anomalyPaths(dataset, sample)) {
      used.add(mask);
      masks++;
    }
  }
  const groups = new Map<string, { readonly what: Leftover; readonly files: Set<string> }>();
  const leave = (file: string, what: Leftover): void => {
    if (used.has(file)) return;
    const key = JSON.stringify(what);
    const group = groups.get(key) ?? { what, files: new Set() };
    groups.set(key, group);
    group.files.add(file);
  };
  const maskDir =
    dataset.anomalyDir === undefined || dataset.anomalyDir === path ? undefined : dataset.anomalyDir;
  for (const file of images) {
    const isMask = maskDir !== undefined && maskDir !== dataset.imageDir && file.startsWith(`${maskDir}/`);
    leave(file, isMask ? leftMask(file, path) : leftImage(file, layout, path));
  }
  for (const { path: file, kind, reason } of others) {
    if (kind === 'mask') leave(file, leftMask(file, path));
    else if (kind === 'unusable' && layout !== 'csv')
      leave(file, { code: unusable, ...filesSuch(reason, 'cannot be') });
    // The table says what belongs to the data set, and what it names was found.
    else if (kind === 'unusable') leave(file, { code: 'unusedFiles', ...filesSuch(reason) });
    else if (kind === 'other') leave(file, { code: 'unusedFiles', ...filesSuch(reason) });
  }
  const left = [...groups.values()];
  const countOf = (matches: (code: string) => boolean): number =>
    left.reduce((sum, { what, files }) => sum + (matches(what.code) ? files.size : 0), 0);
  const ofKind = (wanted: OtherKind): number => others.filter(({ kind }) => kind === wanted).length;
  return {
    files: {
      images: dataset.samples.length,
      masks,
      tables: ofKind('table'),
      clutter: ofKind('clutter'),
      unused: countOf((code) => code !== unusable),
      failed: countOf((code) => code === unusable),
    },
    remarks: left.map(({ what, files }): Remark => remarkOn(what, [...files])),
  };
}

const unusable = 'unusableFiles';

/**
 * The remarks on files that can be neither read nor listed. `splits`: only those that work on these splits may have been
 * meant to use.
 */
export function unusableRemarks(dataset: Dataset, splits?: readonly Split[]): Remark[] {
  const { imageDir, remarks = [], samples } = dataset;
  const hasSplit = samples.some(({ split }) => split !== undefined);
  const isMeant = (file: string): boolean => {
    if (splits === undefined) return true;
    const inside =
      imageDir !== '' && file.startsWith(`${imageDir}/`) ? file.slice(imageDir.length + 1) : file;
    const top = inside.split('/', 1)[0] ?? '';
    if (isMaskFolder(top)) return splits.includes('test');
    const split = splitOf(top);
    return split === undefined ? !hasSplit : splits.includes(split);
  };
  return remarks.filter(({ code, files = [] }) => code === unusable && files.some(isMeant));
}

/** Why files are left, in the singular and the plural, without their number. */
interface Leftover {
  readonly code: string;
  readonly one: string;
  readonly many: string;
  readonly fix?: string | undefined;
}

function remarkOn({ code, one, many, fix }: Leftover, files: readonly string[]): Remark {
  const message = `${files.length} ${files.length === 1 ? one : many}, for example ${files[0]}`;
  return { code, message, files, fix };
}

function filesSuch(reason: string, verb?: 'cannot be'): Pick<Leftover, 'one' | 'many'> {
  return {
    one: `file ${verb ?? 'is not'} used (${reason})`,
    many: `files ${verb ?? 'are not'} used (for each: ${reason})`,
  };
}

function leftImage(file: string, layout: DatasetLayout, path: string): Leftover {
  const code = 'unusedFiles';
  if (layout === 'csv') {
    return {
      code,
      one: 'image is not listed in the table',
      many: 'images are not listed in the table',
      fix: 'Add lines for them if they belong to the data set.',
    };
  }
  const [folder, ...below] = (path === '' ? file : file.slice(path.length + 1)).split('/');
  if (below.length === 0 || folder === undefined) {
    return {
      code,
      one: 'image is outside a class folder and is not used',
      many: 'images are outside a class folder and are not used',
      fix: `Move good ones to ${layout === 'mvtec' ? 'train/good' : 'good'}, defective ones to a folder named after their defect.`,
    };
  }
  if (layout === 'mvtec' && below.length === 1 && splitOf(folder) === undefined) {
    return {
      code,
      one: `image in the folder ${folder} is not used because nothing says whether it is good`,
      many: `images in the folder ${folder} are not used because nothing says whether they are good`,
      fix: 'To use them, sort them into test/good and test/DEFECT.',
    };
  }
  const split = splitOf(folder.split(/[_\-. ]/, 1)[0] ?? '');
  return {
    code,
    one: `image in the folder ${folder} is not used`,
    many: `images in the folder ${folder} are not used`,
    fix:
      split !== undefined && layout === 'mvtec' && splitOf(folder) === undefined
        ? `To use them, rename ${folder} to ${split}.`
        : 'Images are taken from train, validation and test, in a folder named good or after the defect.',
  };
}

function leftMask(file: string, path: string): Leftover {
  const inside = path === '' ? file : file.slice(path.length + 1);
  const top = inside.split('/', 1)[0] ?? '';
  const code = 'unusedMasks';
  const one = 'mask belongs to no image';
  const many = 'masks belong to no image';
  const fix = isMaskFolder(top)
    ? `A mask has the name of its image, with _mask, _gt or _label at its end or without: ${top}/DEFECT/NAME_mask.png for DEFECT/NAME. Several masks of one image lie in a folder of its name: ${top}/DEFECT/NAME/000.png.`
    : 'Masks are expected in ground_truth/DEFECT beside the image folders.';
  return { code, one, many, fix };
}

/** Words for good parts that folders bear and that we do not take for good by themselves. */
const likelyGood =
  /^(?:i[._-]?o\.?|in[_ -]?ordnung|gut|true|yes|non[_-]?defective|no[_-]?anomaly|bueno|bon|clean|perfect|healthy|golden|0)$/i;

/** A remark if images to test with are all defective: often good ones lie under a name that is not known. */
export function goodTestRemarks({ samples }: Dataset): Remark[] {
  const tested = samples.filter(({ split }) => split === 'test');
  if (tested.length === 0 || tested.some(({ imageLabel }) => imageLabel === 'ok')) return [];
  const names = [...new Set(tested.map(({ defect }) => defect).filter((name) => name !== undefined))];
  const likely = names.filter((name) => likelyGood.test(name));
  const among = names.length === 0 ? '' : `; they are called ${names.slice(0, 8).join(', ')}`;
  const [first] = likely.length > 0 ? likely : names;
  return [
    {
      code: 'noGoodTestImage',
      message: `no test image is good, so AUROC and false alarms cannot be measured${among}`,
      fix:
        first === undefined
          ? 'Add good images to test.'
          : likely.length > 0
            ? `If ${likely.join(' and ')} holds good parts, name it good.`
            : `Add good images in test/good; if one of these (${names.slice(0, 8).join(', ')}) holds good parts, name it good.`,
    },
  ];
}

/** A remark if masks seem to lie among the images: there they count as images. */
export function maskAmongImagesRemarks(dataset: Dataset): Remark[] {
  const plainNames = new Set(dataset.samples.map(({ imageFileName }) => plainName(imageFileName)));
  const files = dataset.samples
    .filter(({ imageFileName }) => {
      const name = plainName(imageFileName);
      const image = name.replace(maskSuffix, '');
      return image !== name && plainNames.has(image);
    })
    .map((sample) => imagePath(dataset, sample));
  if (files.length === 0) return [];
  const what =
    files.length === 1
      ? 'image has the name of a mask of an image beside it, but counts as an image'
      : 'images have names of masks of images beside them, but count as images';
  return [
    {
      code: 'masksAmongImages',
      message: `${files.length} ${what}, for example ${files[0]}`,
      files,
      fix: 'Move masks to ground_truth/DEFECT.',
    },
  ];
}

/** A path without its extension, in lower case and one Unicode form. */
function plainName(path: string): string {
  return joinPath(folderOf(path), baseNameOf(path)).normalize().toLowerCase();
}
