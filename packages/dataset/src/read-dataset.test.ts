import {
  DatasetError,
  FileError,
  ParameterError,
  type Dataset,
  type FileEntry,
  type FileSource,
} from '@oddpixel/contract';
import { describe, expect, test } from 'vitest';
import { anomalyPaths, findSamples, imagePath } from './dataset.ts';
import { memoryFileSource } from './memory-source.ts';
import { readAnomalyDataset, type ReadDatasetOptions } from './read-dataset.ts';

type Files = readonly string[] | Readonly<Record<string, string>>;

/** Reads a data set of empty files, or of files with text. */
function read(files: Files, options?: ReadDatasetOptions): Promise<Dataset> {
  const entries = Array.isArray(files)
    ? files.map((path: string) => [path, ''] as const)
    : Object.entries(files as Readonly<Record<string, string>>);
  const bytes = new Map(entries.map(([path, text]) => [path, new TextEncoder().encode(text)]));
  return readAnomalyDataset(memoryFileSource(bytes, 'DATA'), options);
}

/** `name label/defect split mask group` per sample. */
const summary = (dataset: Dataset): string[] =>
  dataset.samples.map(({ imageFileName, imageLabel, defect, split, anomalyFileName, group }) =>
    [imageFileName, defect ?? imageLabel, split ?? '-', anomalyFileName ?? '-', group ?? '-'].join(' '),
  );

async function problemsOf(promise: Promise<unknown>): Promise<readonly string[]> {
  const error: unknown = await promise.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(DatasetError);
  return error instanceof DatasetError ? error.details.problems : [];
}

describe('mvtec', () => {
  const files = [
    'train/good/000.png',
    'train/good/001.PNG',
    'test/good/000.png',
    'test/crack/000.png',
    'test/crack/001.jpeg',
    'test/cut/000.tif',
    'ground_truth/crack/000_mask.png',
    'ground_truth/crack/001.png',
    'readme.txt',
    'train/good/._000.png',
    'train/good/Thumbs.db',
    'train/good/.thumbnails/000.png',
  ];

  test('reads split, label, defect and mask from folders and names', async () => {
    const dataset = await read(files);
    expect(summary(dataset)).toEqual([
      'test/crack/000.png crack test crack/000_mask.png -',
      'test/crack/001.jpeg crack test crack/001.png -',
      'test/cut/000.tif cut test - -',
      'test/good/000.png ok test - -',
      'train/good/000.png ok train - -',
      'train/good/001.PNG ok train - -',
    ]);
    expect(dataset).toMatchObject({ imageDir: '', anomalyDir: 'ground_truth', classNames: ['ok', 'nok'] });
    expect(dataset.samples.map(({ imageId }) => imageId)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(dataset.samples.map(({ imageLabelId }) => imageLabelId)).toEqual([1, 1, 1, 0, 0, 0]);
  });

  test('reads below a path, in any case, with a validation split', async () => {
    const dataset = await read(
      [
        'sets/tile/Train/OK/1.png',
        'sets/tile/validation/good/2.png',
        'sets/tile/Test/Crack/3.png',
        'sets/tile/Ground_Truth/Crack/3_mask.png',
      ],
      { path: 'sets/tile' },
    );
    expect(summary(dataset)).toEqual([
      'Test/Crack/3.png Crack test Crack/3_mask.png -',
      'Train/OK/1.png ok train - -',
      'validation/good/2.png ok validation - -',
    ]);
    const [crack, train] = dataset.samples;
    expect(crack && imagePath(dataset, crack)).toBe('sets/tile/Test/Crack/3.png');
    expect(crack && anomalyPaths(dataset, crack)).toEqual(['sets/tile/Ground_Truth/Crack/3_mask.png']);
    expect(train && anomalyPaths(dataset, train)).toEqual([]);
  });

  test('skips clutter of operating systems', async () => {
    const dataset = await read([
      'good/a.png',
      'crack/b.png',
      '@eaDir/a.png/THUMB_M.jpg',
      '__MACOSX/good/c.png',
      'crack/@eaDir/b.jpg',
      '.DS_Store',
      'good/Thumbs.db',
      'lost+found/x.png',
    ]);
    expect(dataset.samples.map(({ imageFileName }) => imageFileName)).toEqual(['crack/b.png', 'good/a.png']);
  });

  test('sorts by code units, whatever the order of listing', async () => {
    const names = [
      'train/good/b.png',
      'train/good/B.png',
      'train/good/ä.png',
      'train/good/a10.png',
      'train/good/a9.png',
    ];
    const order = ['B', 'a10', 'a9', 'b', 'ä'].map((name) => `train/good/${name}.png ok train - -`);
    const sorted = memoryFileSource(new Map(names.map((name) => [name, new Uint8Array()])));
    const reversed: FileSource = {
      ...sorted,
      async *list(path) {
        const entries: FileEntry[] = [];
        for await (const entry of sorted.list(path)) entries.unshift(entry);
        yield* entries;
      },
    };
    for (const source of [sorted, reversed]) expect(summary(await readAnomalyDataset(source))).toEqual(order);
  });

  test('lists every problem', async () => {
    const problems = await problemsOf(
      read([
        'train/1.png',
        'test/2.png',
        'test/crack/3.png',
        'ground_truth/crack/3.png',
        'ground_truth/crack/3_mask.png',
      ]),
    );
    expect(problems).toEqual([
      expect.stringMatching(/^test\/ holds 1 images outside a class folder, for example 2\.png/),
      expect.stringMatching(/^test\/crack\/3\.png has several masks: .*3_mask\.png, .*3\.png/),
      expect.stringMatching(/^train\/ holds 1 images outside a class folder, for example 1\.png/),
    ]);
  });

  test('assigns masks to test images, not to training images of the same name', async () => {
    const dataset = await read([
      'train/good/1.png',
      'train/crack/1.png',
      'test/crack/1.png',
      'ground_truth/crack/1.png',
    ]);
    expect(summary(dataset)).toEqual([
      'test/crack/1.png crack test crack/1.png -',
      'train/crack/1.png crack train - -',
      'train/good/1.png ok train - -',
    ]);
    const shared = ['test/crack/1.png', 'validation/crack/1.png', 'ground_truth/crack/1.png'];
    expect(await problemsOf(read(shared))).toEqual([
      'ground_truth/crack/1.png is the mask of test/crack/1.png and of validation/crack/1.png',
    ]);
  });

  test('keeps a defect in train for checkSamples to report, and warns of masks without an image', async () => {
    const dataset = await read(['train/good/1.png', 'train/crack/2.png', 'ground_truth/crack/9_mask.png']);
    expect(summary(dataset)[0]).toBe('train/crack/2.png crack train - -');
    expect(dataset.remarks).toEqual([
      expect.objectContaining({
        code: 'unusedMasks',
        message: expect.stringMatching(/1 mask belongs to no image.*9_mask\.png/) as unknown,
        files: ['ground_truth/crack/9_mask.png'],
      }),
    ]);
  });
});

describe('folder', () => {
  test.each(['good', 'OK', 'Normal', 'defect_free'])(
    'recognizes %s beside any other folder',
    async (good) => {
      const dataset = await read([
        `${good}/a.jpg`,
        `${good}/batch 2/b.jpg`,
        'bent/c.jpg',
        'masks/bent/c.png',
      ]);
      expect(new Set(summary(dataset))).toEqual(
        new Set([
          `${good}/a.jpg ok - - -`,
          `${good}/batch 2/b.jpg ok - - -`,
          'bent/c.jpg bent - bent/c.png -',
        ]),
      );
      expect(dataset.anomalyDir).toBe('masks');
    },
  );

  test('skips images outside a class folder, with a warning', async () => {
    const dataset = await read(['good/a.png', 'preview.png']);
    expect(dataset.samples).toHaveLength(1);
    expect(dataset.remarks).toEqual([
      expect.objectContaining({
        code: 'unusedFiles',
        message: expect.stringMatching(/1 image is outside.*preview\.png/) as unknown,
        files: ['preview.png'],
      }),
    ]);
  });
});

describe('csv', () => {
  const images = { 'a/1.png': '', 'a/2.png': '', 'm/2.png': '', 'é/3.png': '' };

  test('reads all columns, in any order, with either slash', async () => {
    const table =
      '\uFEFFsplit;image;label;mask;group;defect\r\n' +
      'train;a\\1.png;good;;p1;\r\n' +
      'TEST;./a/2.png;bad;m/2.png;p2;"scratch; deep"\r\n' +
      ';é/3.png;dent;;;\r\n';
    const dataset = await read({ ...images, 'table.csv': table });
    expect(summary(dataset)).toEqual([
      'a/1.png ok train - p1',
      'a/2.png scratch; deep test m/2.png p2',
      'é/3.png dent - - -',
    ]);
    expect(dataset).toMatchObject({ imageDir: '', anomalyDir: '' });
  });

  test('finds images whose names have another Unicode form', async () => {
    const dataset = await read({ 'e\u0301.png': '', 'table.csv': 'image,label\n\u00e9.png,ok\n' });
    expect(dataset.samples[0]?.imageFileName).toBe('e\u0301.png');
  });

  test('reads paths relative to the table, or to the folders given', async () => {
    const files = { 'set/t.csv': 'image,label,mask\n1.png,nok,1.png', 'img/1.png': '', 'gt/1.png': '' };
    const options = { csv: 'set/t.csv', imageDir: 'img', anomalyDir: 'gt' };
    expect(await read(files, options)).toMatchObject({ imageDir: 'img', anomalyDir: 'gt' });
    const beside = { 'set/t.csv': 'image,label\nimg/1.png,0', 'set/img/1.png': '' };
    const dataset = await read(beside, { csv: 'set/t.csv' });
    expect(dataset.imageDir).toBe('set');
    expect(summary(dataset)).toEqual(['img/1.png ok - - -']);
  });

  test('lists every bad line', async () => {
    const table = [
      'image,label,mask,split',
      '../secret.png,good,,',
      '/etc/passwd,good,,',
      'C:\\x.png,good,,',
      'a/1.png,,,',
      'a/1.png,good,,dev',
      'a/9.png,good,,',
      'A/1.png,good,,',
      'a/2.PNG,good,,',
      'a/2.png,nok,m/nothing.png,',
      'a/1.png,good,,',
      'a/1.png,good,,',
      ',good,,',
    ].join('\n');
    const problems = await problemsOf(read({ ...images, 'table.csv': table }));
    expect(
      problems.map((problem) =>
        problem.replace(/^line (\d+): .*?(not a path|missing|split|exist|already).*$/, '$1 $2'),
      ),
    ).toEqual([
      '2 not a path',
      '3 not a path',
      '4 not a path',
      '5 missing',
      '6 split',
      '7 exist',
      '8 exist',
      '9 exist',
      '10 exist',
      '12 already',
      '13 not a path',
    ]);
    expect(problems[7]).toContain('there is a/2.png');
  });

  test('reads UTF-8 with or without a byte order mark and UTF-16, and refuses other encodings', async () => {
    const table = 'image;label\r\n"bilder\\äpfel.png";bad\r\n';
    const utf16 = (big: boolean): Uint8Array => {
      const bytes = new Uint8Array(2 + 2 * table.length);
      const view = new DataView(bytes.buffer);
      view.setUint16(0, 0xfeff, !big);
      [...table].forEach((character, i) => view.setUint16(2 + 2 * i, character.charCodeAt(0), !big));
      return bytes;
    };
    const readTable = (bytes: Uint8Array): Promise<Dataset> =>
      readAnomalyDataset(
        memoryFileSource(
          new Map([
            ['t.csv', bytes],
            ['bilder/äpfel.png', new Uint8Array()],
          ]),
        ),
      );
    for (const bytes of [
      new TextEncoder().encode(table),
      new TextEncoder().encode(`\uFEFF${table}`),
      utf16(false),
      utf16(true),
    ]) {
      expect(summary(await readTable(bytes))).toEqual(['bilder/äpfel.png nok - - -']);
    }
    const latin1 = Uint8Array.from(table, (character) => character.charCodeAt(0));
    expect(await problemsOf(readTable(latin1))).toEqual(['it is not UTF-8 text']);
  });

  test('ignores other tables', async () => {
    const files = { 'groups.csv': 'file,group\ngood/1.png,p', 'broken.csv': '"', 'good/1.png': '' };
    expect((await read(files)).samples).toHaveLength(1);
    const two = { 'a.csv': 'image,label\n1.png,ok', 'b.csv': 'image,label\n1.png,ok', '1.png': '' };
    expect(await problemsOf(read(two))).toEqual([expect.stringMatching(/several tables: a\.csv, b\.csv/)]);
    expect((await read(two, { csv: 'b.csv' })).samples).toHaveLength(1);
    expect(await problemsOf(read({ 'c.csv': 'picture,label\n' }, { csv: 'c.csv' }))).toEqual([
      expect.stringMatching(/image and label are needed; found picture, label/),
    ]);
  });
});

describe('halcon', () => {
  const options = { imageDir: 'images', anomalyDir: 'labels' } as const;

  test('matches the same base name, then unique containment, in the same subfolder', async () => {
    const dataset = await read(
      [
        'images/good/1.png',
        'images/crack/1.png',
        'images/crack/2.jpg',
        'images/crack/11.png',
        'images/cut/1.png',
        'labels/crack/1_mask.png',
        'labels/crack/11_mask.png',
        'labels/crack/label-2-final.png',
        'labels/cut/1.tif',
      ],
      options,
    );
    expect(summary(dataset)).toEqual([
      'crack/1.png crack - crack/1_mask.png -',
      'crack/11.png crack - crack/11_mask.png -',
      'crack/2.jpg crack - crack/label-2-final.png -',
      'cut/1.png cut - cut/1.tif -',
      'good/1.png ok - - -',
    ]);
    expect(dataset).toMatchObject({ imageDir: 'images', anomalyDir: 'labels' });
  });

  test('reads the last folder of deeper images, masks without folders, and masks below the images', async () => {
    const deep = ['images/line 1/good/1.png', 'images/line 1/crack/2.png', 'labels/crack/2.png'];
    expect(summary(await read(deep, options))).toEqual([
      'line 1/crack/2.png crack - crack/2.png -',
      'line 1/good/1.png ok - - -',
    ]);
    const flat = ['images/good/1.png', 'images/crack/2.png', 'labels/2.png'];
    expect(summary(await read(flat, options))[0]).toBe('crack/2.png crack - 2.png -');
    const inside = ['good/1.png', 'crack/2.png', 'gt/crack/2.png'];
    expect(await read(inside, { imageDir: '', anomalyDir: 'gt' })).toMatchObject({
      samples: [{ anomalyFileName: 'crack/2.png' }, { imageLabel: 'ok' }],
    });
  });

  test('lists ambiguous and missing masks', async () => {
    const problems = await problemsOf(
      read(
        [
          'images/loose.png',
          'images/good/1.png',
          'images/crack/2.png',
          'images/crack/3.png',
          'images/crack/4.png',
          'images/crack/4.jpg',
          'images/cut/5.png',
          'labels/crack/2_a.png',
          'labels/crack/2_b.png',
          'labels/crack/4.png',
          'labels/other/5.png',
        ],
        options,
      ),
    );
    expect(problems).toEqual([
      'crack/2.png has several masks: labels/crack/2_a.png, labels/crack/2_b.png',
      'crack/3.png has no mask in labels',
      'labels/crack/4.png is the mask of crack/4.jpg and of crack/4.png',
      'cut/5.png has no mask in labels',
      expect.stringMatching(/^loose\.png is not in a class folder/),
    ]);
  });

  test('requires imageDir', async () => {
    await expect(read(['good/1.png'], { layout: 'halcon' })).rejects.toThrow(ParameterError);
    expect((await read(['x/good/1.png'], { imageDir: 'x' })).anomalyDir).toBeUndefined();
  });
});

describe('auto', () => {
  test('names what it found if no layout fits', async () => {
    const message = async (files: readonly string[]): Promise<string> =>
      String((await problemsOf(read(files)))[0]);
    expect(await message([])).toMatch(/found an empty folder/);
    expect(await message(['scratch/1.png', 'dent/2.png', '3.png', 'x.txt'])).toBe(
      'no known layout; found the folders dent, scratch, 1 images without a folder, the files x.txt',
    );
    await expect(read(['1.png'])).rejects.toThrow(/train\/good and test/);
  });

  test('does not choose if several layouts fit', async () => {
    const files = { 'train/good/1.png': '', 'good/1.png': '', 't.csv': 'image,label\ngood/1.png,ok' };
    expect(await problemsOf(read(files))).toEqual([
      'several layouts fit: mvtec (the folder train), folder (the folder good), csv (the table t.csv)',
    ]);
    expect(summary(await read(files, { layout: 'csv' }))).toEqual(['good/1.png ok - - -']);
    expect(summary(await read(files, { layout: 'mvtec' }))).toEqual(['train/good/1.png ok train - -']);
  });

  test('refuses unknown layouts, missing folders, folders without images and paths out of the source', async () => {
    await expect(read(['good/1.png'], { layout: 'coco' as 'csv' })).rejects.toThrow(ParameterError);
    await expect(read(['good/1.png'], { layout: 'toString' as 'csv' })).rejects.toThrow(ParameterError);
    await expect(read(['good/1.png'], { path: 'nowhere' })).rejects.toThrow(FileError);
    expect(await problemsOf(read(['good/1.txt']))).toEqual(['no image was found (layout folder)']);
    for (const path of ['..', '/etc', 'a/../../b', 'C:\\']) {
      for (const name of ['path', 'imageDir', 'anomalyDir', 'csv', 'groups']) {
        await expect(read(['good/1.png'], { [name]: path })).rejects.toThrow(ParameterError);
      }
    }
  });
});

describe('groups', () => {
  const images = { 'good/1.png': '', 'good/2.png': '', 'bad/3.png': '' };

  test('are read from a file in the source or from text', async () => {
    const table = 'file,group\ngood\\1.png,p1\ngood/2.png,p1\ngood/elsewhere.png,p2\n';
    const expected = ['bad/3.png bad - - -', 'good/1.png ok - - p1', 'good/2.png ok - - p1'];
    expect(summary(await read({ ...images, 'groups.csv': table }, { groups: 'groups.csv' }))).toEqual(
      expected,
    );
    expect(summary(await read(images, { groupsText: table }))).toEqual(expected);
  });

  test('must match the data set', async () => {
    const bad = (text: string): Promise<readonly string[]> => problemsOf(read(images, { groupsText: text }));
    expect(await bad('image,part\nx,y')).toEqual([expect.stringMatching(/column file and group is missing/)]);
    expect(await bad('file,group\n../x,p\ny,\nz,1\nz,2')).toHaveLength(3);
    expect(await bad('file,group\n1.png,p')).toEqual([
      expect.stringMatching(/no line names an image.*table has 1\.png, the data set bad\/3\.png/),
    ]);
    await expect(read(images, { groups: 'nothing.csv' })).rejects.toThrow(FileError);
  });
});

describe('findSamples', () => {
  test('filters by any field, with lists', async () => {
    const dataset = await read(['train/good/1.png', 'test/good/2.png', 'test/cut/3.png', 'test/dent/4.png']);
    const names = (query: Parameters<typeof findSamples>[1]): string[] =>
      findSamples(dataset, query).map(({ imageFileName }) => imageFileName.replace(/^.*\//, ''));
    expect(names({})).toHaveLength(4);
    expect(names({ split: 'test' })).toEqual(['3.png', '4.png', '2.png']);
    expect(names({ split: 'test', label: 'ok' })).toEqual(['2.png']);
    expect(names({ split: ['train', 'validation'] })).toEqual(['1.png']);
    expect(names({ defect: ['cut', 'dent'] })).toEqual(['3.png', '4.png']);
    expect(names({ defect: 'nothing' })).toEqual([]);
    expect(names({ group: 'p' })).toEqual([]);
  });
});
