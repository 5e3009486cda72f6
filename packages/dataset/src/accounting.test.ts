import type { Dataset, Remark } from '@oddpixel/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unusableRemarks } from './accounting.ts';
import { anomalyPaths, imagePath } from './dataset.ts';
import { memoryFileSource } from './memory-source.ts';
import { readAnomalyDataset, type ReadDatasetOptions } from './read-dataset.ts';

type Files = Readonly<Record<string, string>>;

function read(files: Files | readonly string[], options?: ReadDatasetOptions): Promise<Dataset> {
  const entries: [string, string][] = Array.isArray(files)
    ? files.map((path: string) => [path, ''])
    : Object.entries(files as Files);
  const bytes = new Map(entries.map(([path, text]) => [path, Buffer.from(text, 'latin1')]));
  return readAnomalyDataset(memoryFileSource(bytes, 'DATA'), options);
}

const told = ({ remarks = [] }: Dataset): string[] =>
  remarks.map(({ code, files = [] }) => `${code}: ${files.join(', ')}`);

const fixOf = ({ remarks = [] }: Dataset, code: string): string =>
  remarks.find((remark: Remark) => remark.code === code)?.fix ?? '';

const good = ['train/good/0.png', 'test/good/1.png', 'test/scratch/0.png'];

describe('every file is accounted for', () => {
  test('a clean data set has no remarks', async () => {
    const files = [
      ...good,
      'ground_truth/scratch/0_mask.png',
      'readme.txt',
      'license',
      '.DS_Store',
      'test/Thumbs.db',
    ];
    expect((await read(files)).remarks).toBeUndefined();
  });

  test('files that are not images are named with the reason', async () => {
    const dataset = await read({
      ...Object.fromEntries(good.map((path) => [path, ''])),
      'train/good/1.heic': '\0\0\0\x18ftypheic\0\0\0\0mif1heic',
      'train/good/notes.doc': 'x',
    });
    expect(told(dataset)).toEqual(['unusedFiles: train/good/1.heic', 'unusedFiles: train/good/notes.doc']);
    expect(dataset.remarks?.[0]?.message).toMatch(/HEIF/);
  });

  test('masks in a folder that matches no image are named with what to do', async () => {
    const dataset = await read([
      ...good,
      'ground_truth/scratch/000/000.png',
      'ground_truth/scratch/000/001.png',
    ]);
    expect(told(dataset)).toEqual([
      'unusedMasks: ground_truth/scratch/000/000.png, ground_truth/scratch/000/001.png',
    ]);
    expect(fixOf(dataset, 'unusedMasks')).toMatch(/folder of its name: ground_truth\/DEFECT\/NAME\/000\.png/);
  });

  test('a folder whose name resembles a split is named', async () => {
    const dataset = await read([
      'train/good/0.png',
      'test_new/good/1.png',
      'test_new/ground_truth/bad/2_mask.png',
    ]);
    expect(told(dataset)).toEqual([
      'unusedFiles: test_new/good/1.png',
      'unusedMasks: test_new/ground_truth/bad/2_mask.png',
    ]);
    expect(fixOf(dataset, 'unusedFiles')).toBe('To use them, rename test_new to test.');
  });

  test('images of a split without labels are not offered as test images', async () => {
    const dataset = await read([...good, 'test_private/0.png', 'test_private/1.png']);
    expect(told(dataset)).toEqual(['unusedFiles: test_private/0.png, test_private/1.png']);
    expect(fixOf(dataset, 'unusedFiles')).toBe('To use them, sort them into test/good and test/DEFECT.');
  });

  test('masks inside the training split do not count as images and are named', async () => {
    const dataset = await read([...good, 'train/ground_truth/good/0_mask.png', 'train/good/masks/0.png']);
    expect(dataset.samples).toHaveLength(3);
    expect(told(dataset)).toEqual([
      'unusedMasks: train/good/masks/0.png, train/ground_truth/good/0_mask.png',
    ]);
  });

  test('images not listed in the table are named, tables are not', async () => {
    const dataset = await read({
      'a.png': '',
      'b.png': '',
      'c.csv': 'x,y',
      'list.csv': 'image,label\na.png,ok\n',
    });
    expect(told(dataset)).toEqual(['unusedFiles: b.png']);
  });

  test('each image that is not a sample and each mask without an image is in the remarks', async () => {
    const image = fc.tuple(
      fc.constantFrom('train/good', 'test/good', 'test/bent', 'test_x', '', 'other/a'),
      fc.constantFrom('0.png', '1.PGM', '2.jfif', '2_Mask.tif'),
    );
    const mask = fc.tuple(
      fc.constantFrom(
        'ground_truth/bent',
        'ground_truth/bent/0',
        'ground_truth',
        'test/ground_truth/bent/1',
        'test/bent/mask',
      ),
      fc.constantFrom('0_mask.png', '1_GT.bmp', '2_Mask.tif', '3.png'),
    );
    const tree = fc.uniqueArray(fc.oneof(image, mask), { selector: String, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(tree, async (picked) => {
        const paths = picked.map(([where, file]) => (where === '' ? file : `${where}/${file}`));
        const files = ['train/good/first.png', ...paths];
        const dataset = await read(files).catch((error: unknown) => {
          // One in ground_truth and one beside the image: nothing is left out, since nothing is read.
          fc.pre(!/has several masks/.test(String(error)));
          throw error;
        });
        const used = dataset.samples.flatMap((sample) => [
          imagePath(dataset, sample),
          ...anomalyPaths(dataset, sample),
        ]);
        const left = (dataset.remarks ?? [])
          .filter(({ code }) => code.startsWith('unused'))
          .flatMap((remark) => remark.files ?? []);
        expect([...used, ...left].sort()).toEqual([...files].sort());
      }),
      { numRuns: 200 },
    );
  });
});

describe('what can be neither read nor listed', () => {
  const broken = async (files: Files | readonly string[], ...gone: readonly string[]): Promise<Dataset> => {
    const names = Array.isArray(files) ? Object.fromEntries(files.map((path: string) => [path, ''])) : files;
    const bytes = new Map(Object.entries(names as Files).map(([path, text]) => [path, Buffer.from(text)]));
    const whole = memoryFileSource(bytes, 'DATA');
    const reason = 'it is a link that leads nowhere';
    return readAnomalyDataset({
      ...whole,
      async *list(path) {
        yield* whole.list(path);
        for (const child of gone) {
          const folder = child.slice(0, Math.max(0, child.lastIndexOf('/')));
          if (folder === path) yield { path: child, kind: 'unusable', reason, isLink: true };
        }
      },
    });
  };

  test('counts as failed for the splits that may have been meant to use it', async () => {
    const dataset = await broken(good, 'train/good/9.png', 'link');
    expect(told(dataset)).toEqual(['unusableFiles: link, train/good/9.png']);
    expect(dataset.remarks?.[0]?.message).toBe(
      '2 files cannot be used (for each: it is a link that leads nowhere), for example link',
    );
    expect(dataset.files).toEqual({ images: 3, masks: 0, tables: 0, clutter: 0, unused: 0, failed: 2 });
    expect(unusableRemarks(dataset)).toHaveLength(1);
    expect(unusableRemarks(dataset, ['train', 'validation'])).toHaveLength(1);
    expect(unusableRemarks(dataset, ['test'])).toEqual([]);
  });

  test('concerns all jobs if there are no splits, and only evaluation if it is a mask', async () => {
    expect(unusableRemarks(await broken(['good/0.png', 'bad/1.png'], 'bad/2.png'), ['train'])).toHaveLength(
      1,
    );
    const masks = await broken(
      [...good, 'ground_truth/scratch/0_mask.png'],
      'ground_truth/scratch/1_mask.png',
    );
    expect(unusableRemarks(masks, ['train'])).toEqual([]);
    expect(unusableRemarks(masks, ['test'])).toHaveLength(1);
  });

  test('is named if no image is left', async () => {
    await expect(broken({ 'good/readme.txt': '' }, 'good/0.png')).rejects.toThrow(
      /no image was found.*1 file cannot be used \(it is a link that leads nowhere\), for example good\/0\.png/,
    );
    await expect(broken({ 'readme.txt': '' }, 'train', 'test')).rejects.toThrow(
      /found .*what can be neither read nor listed: test, train/,
    );
    const heif = '\0\0\0\x18ftypheic\0\0\0\0mif1heic';
    const phone = read({ 'good/a.heic': heif, 'good/b.heic': heif });
    await expect(phone).rejects.toThrow(
      /no image was found.*2 files are not used \(for each: it is a HEIF file/,
    );
  });

  test('is skipped beside a table that does not name it', async () => {
    const dataset = await broken({ 'a.png': '', 'list.csv': 'image,label\na.png,ok\n' }, 'b.png');
    expect(told(dataset)).toEqual(['unusedFiles: b.png']);
    expect(dataset.files).toEqual({ images: 1, masks: 0, tables: 1, clutter: 0, unused: 1, failed: 0 });
  });
});

describe('numbers of files', () => {
  test('count each file once, by what became of it', async () => {
    const dataset = await read({
      ...Object.fromEntries(good.map((path) => [path, ''])),
      'ground_truth/scratch/0/000.png': '',
      'ground_truth/scratch/0/001.png': '',
      'ground_truth/scratch/7_mask.png': '',
      'loose.png': '',
      'train/good/notes.doc': '',
      'groups.csv': 'file,group\n',
      'readme.txt': '',
      '__MACOSX/a.png': '',
    });
    expect(dataset.files).toEqual({ images: 3, masks: 2, tables: 1, clutter: 2, unused: 3, failed: 0 });
  });

  test('each folder and each beginning of a file is read once', async () => {
    const asked: string[] = [];
    const files = [...good.map((path) => path.replace('.png', '')), 'ground_truth/scratch/0'];
    const whole = memoryFileSource(new Map(files.map((path) => [path, Buffer.from('P7\nWIDTH 1\n')])));
    const dataset = await readAnomalyDataset({
      ...whole,
      list(path) {
        asked.push(`list ${path}`);
        return whole.list(path);
      },
      readHead: async (path, count) => {
        asked.push(`head ${path}`);
        return (await whole.read(path)).subarray(0, count);
      },
    });
    expect(dataset.samples).toHaveLength(3);
    expect(asked.length).toBeGreaterThan(8);
    expect([...new Set(asked)]).toEqual(asked);
  });
});

describe('content decides', () => {
  test('recognizes images without a known ending by their first bytes', async () => {
    const dataset = await read({
      'good/a': '\x89PNG\r\n\x1a\n',
      'good/b.dat': 'P5 4 3 255\n',
      'bad/c.jpe': '',
      'bad/e.pam': '',
      'good/d.raw': 'P7\nWIDTH 4\nHEIGHT 3\nDEPTH 1\nMAXVAL 255\nENDHDR\n',
      'bad/d.pgm': '',
    });
    expect(dataset.samples.map(({ imageFileName }) => imageFileName)).toEqual([
      'bad/c.jpe',
      'bad/d.pgm',
      'bad/e.pam',
      'good/a',
      'good/b.dat',
      'good/d.raw',
    ]);
    expect(dataset.remarks).toBeUndefined();
  });
});

describe('masks', () => {
  test.each([
    '0_mask.png',
    '0_MASK.PNG',
    '0_GT.bmp',
    '0_gt.tif',
    '0_Mask.jpe',
    '0.pgm',
    '0-mask.png',
    '0_label.png',
  ])('are recognized by the name %s', async (name) => {
    const dataset = await read([...good, `ground_truth/scratch/${name}`]);
    expect(dataset.samples.find(({ defect }) => defect === 'scratch')?.anomalyFileName).toBe(
      `scratch/${name}`,
    );
    expect(dataset.remarks).toBeUndefined();
  });

  test('may differ in case or Unicode form from folders and names of images', async () => {
    const maskOf = async (image: string, mask: string): Promise<string | undefined> => {
      const dataset = await read([
        'train/good/0.png',
        'test/good/1.png',
        `test/${image}`,
        `ground_truth/${mask}`,
      ]);
      expect(dataset.remarks).toBeUndefined();
      return dataset.samples.find(({ imageLabel }) => imageLabel === 'nok')?.anomalyFileName;
    };
    for (const [image, mask] of [
      ['scratch/a.png', 'Scratch/A_mask.png'],
      ['Scratch/A.PNG', 'scratch/a.png'],
      ['kr\u00e4tzer/\u00fc.png', 'kra\u0308tzer/u\u0308_mask.png'],
      ['kra\u0308tzer/u\u0308.png', 'KR\u00c4TZER/\u00fc_GT.png'],
    ] as const) {
      expect(await maskOf(image, mask)).toBe(mask);
    }
  });

  test('are kept apart for image names that differ only in case', async () => {
    const dataset = await read([
      ...good,
      'test/scratch/a.png',
      'test/scratch/A.png',
      'ground_truth/scratch/a_mask.png',
      'ground_truth/scratch/0_mask.png',
    ]);
    const masks = dataset.samples.map(({ imageFileName, anomalyFileName = '' }) => [
      imageFileName,
      anomalyFileName,
    ]);
    expect(Object.fromEntries(masks)).toMatchObject({
      'test/scratch/A.png': '',
      'test/scratch/a.png': 'scratch/a_mask.png',
    });
  });

  test('beside images count as images, with a remark', async () => {
    const dataset = await read([...good, 'test/scratch/0_MASK.png', 'train/good/a_mask.png']);
    expect(told(dataset)).toEqual(['masksAmongImages: test/scratch/0_MASK.png']);
    expect(dataset.remarks?.[0]?.message).toMatch(
      /^1 image has the name of a mask of an image beside it, but counts as an image, /,
    );
  });

  test.each(['_label', '-seg', '_masks', '.gt', '_GroundTruth'])(
    'beside images with the ending %s are in the remark too',
    async (suffix) => {
      const dataset = await read([...good, `test/scratch/0${suffix}.bmp`, `test/good/other${suffix}.png`]);
      expect(told(dataset)).toEqual([`masksAmongImages: test/scratch/0${suffix}.bmp`]);
    },
  );

  test('that are ambiguous are left out, with a remark', async () => {
    const dataset = await read([...good, 'ground_truth/scratch/0_GT.bmp', 'ground_truth/scratch/0_MASK.png']);
    expect(told(dataset)).toEqual([
      'unusedMasks: ground_truth/scratch/0_GT.bmp, ground_truth/scratch/0_MASK.png',
    ]);
  });

  test('do not take the mask of an image called NAME_gt', async () => {
    const dataset = await read([...good, 'test/scratch/0_gt.png', 'ground_truth/scratch/0_gt.png']);
    expect(dataset.samples.filter(({ anomalyFileName }) => anomalyFileName !== undefined)).toHaveLength(1);
    expect(dataset.samples.find(({ anomalyFileName }) => anomalyFileName !== undefined)?.imageFileName).toBe(
      'test/scratch/0_gt.png',
    );
  });
});

describe('a test split without a good image', () => {
  test.each(['io', 'i.O.', 'gut', 'non_defective'])('names %s as the likely one', async (name) => {
    const dataset = await read(['train/good/0.png', `test/${name}/0.png`, 'test/nio/1.png']);
    expect(told(dataset)).toEqual(['noGoodTestImage: ']);
    expect(dataset.remarks?.[0]?.message).toContain(name);
    expect(fixOf(dataset, 'noGoodTestImage')).toBe(`If ${name} holds good parts, name it good.`);
  });

  test('gives no remark if there is a good image or no test split', async () => {
    expect((await read(good)).remarks).toBeUndefined();
    expect((await read(['train/good/0.png'])).remarks).toBeUndefined();
  });
});
