import { DatasetError, type Dataset } from '@oddpixel/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeDataset } from './dataset.ts';
import { loadDataset, saveDataset } from './save.ts';

const dataset: Dataset = makeDataset({ imageDir: 'sets/tiles', anomalyDir: 'sets/tiles/ground_truth' }, [
  { imageFileName: 'train/good/1.png', imageLabel: 'ok', split: 'train', group: 'p1' },
  {
    imageFileName: 'test/crack/2.png',
    imageLabel: 'nok',
    defect: 'crack',
    anomalyFileName: 'crack/2_mask.png',
  },
]);

describe('saveDataset and loadDataset', () => {
  test('restore an equal data set, even from the root and with a byte order mark', () => {
    expect(loadDataset(saveDataset(dataset))).toEqual(dataset);
    const atRoot = makeDataset({ imageDir: '' }, [{ imageFileName: 'ä/é.png', imageLabel: 'ok' }]);
    expect(loadDataset(`\uFEFF${saveDataset(atRoot)}`)).toEqual(atRoot);
  });

  test('keep remarks and the numbers of files', () => {
    const files = { images: 2, masks: 1, tables: 0, clutter: 3, unused: 1, failed: 1 };
    const remarks = [
      { code: 'unusedFiles', message: '1 file is not used', files: ['a.heic'], fix: 'Convert it.' },
      { code: 'noGoodTestImage', message: 'no test image is good' },
    ];
    expect(loadDataset(saveDataset({ ...dataset, remarks, files }))).toEqual({ ...dataset, remarks, files });
  });

  test('keep several masks of one image', () => {
    const several = makeDataset({ imageDir: '', anomalyDir: 'ground_truth' }, [
      { imageFileName: 'test/a/1.png', imageLabel: 'nok', anomalyFileNames: ['a/1/0.png', 'a/1/1.png'] },
    ]);
    expect(loadDataset(saveDataset(several))).toEqual(several);
  });

  test.each<[string, unknown, string]>([
    [
      'a mask outside',
      { anomalyFileNames: ['a/0.png', '../b.png'] },
      'anomalyFileNames is not a list of paths',
    ],
    ['no mask in the list', { anomalyFileNames: [] }, 'anomalyFileNames is not a list of paths'],
    ['a mask that is no list', { anomalyFileNames: 'a.png' }, 'anomalyFileNames is not a list of paths'],
    [
      'one mask and several',
      { anomalyFileName: 'a.png', anomalyFileNames: ['a.png'] },
      'give one mask or several',
    ],
  ])('refuse %s', (_, fields, message) => {
    const saved = JSON.parse(saveDataset(dataset)) as { samples: object[] };
    const [first, second] = saved.samples;
    const broken = { ...saved, samples: [{ ...first, ...(fields as object) }, second] };
    expect(() => loadDataset(JSON.stringify(broken))).toThrow(message);
  });

  test.each<[string, unknown, string]>([
    ['remarks that are no list', { remarks: 'all is well' }, 'remarks is not a list'],
    ['a remark without a message', { remarks: [{ code: 'x' }] }, 'remarks is not a list'],
    ['a remark on numbers', { remarks: [{ code: 'x', message: 'y', files: [1] }] }, 'remarks is not a list'],
    ['numbers of files that are none', { files: 3 }, 'files.images is not a whole number'],
    [
      'a number below 0',
      { files: { images: 1, masks: 0, tables: 0, clutter: 0, unused: -1, failed: 0 } },
      'files.unused is not a whole number',
    ],
  ])('refuse %s', (_, fields, message) => {
    const saved = JSON.parse(saveDataset(dataset)) as object;
    const broken = { ...saved, ...(fields as object) };
    expect(() => loadDataset(JSON.stringify(broken))).toThrow(DatasetError);
    expect(() => loadDataset(JSON.stringify(broken))).toThrow(message);
  });

  test('lists every problem', () => {
    const saved = JSON.parse(saveDataset(dataset)) as Record<string, unknown>;
    const [first, second] = dataset.samples;
    const broken = {
      ...saved,
      imageDir: '/home',
      anomalyDir: '../up',
      samples: [
        { ...first, imageFileName: '../../x.png' },
        { ...second, imageLabel: 'bad', split: 'dev' },
        { ...first, imageId: -1 },
        { ...second, imageLabelId: 1, defect: 3 },
        'text',
        first,
        first,
      ],
    };
    let problems: readonly string[] = [];
    try {
      loadDataset(JSON.stringify(broken), 'set.json');
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      problems = error.details.problems;
    }
    expect(problems).toEqual([
      'imageDir is not a folder below the root',
      'anomalyDir is not a folder below the root',
      'samples[0]: imageFileName is not a path below the folder',
      'samples[1]: imageLabel is neither ok nor nok',
      'samples[1]: split is not train, validation or test',
      'samples[2]: imageId is not a whole number from 0',
      'samples[3]: imageLabelId does not fit imageLabel',
      'samples[3]: defect is not text',
      'samples[4]: it is not an object',
      `two samples have imageId ${first?.imageId}`,
      `${first?.imageFileName} occurs twice`,
    ]);
  });

  test.each(['', '{', 'null', '[]', '{}', '{"oddpixelDataset":1}', '{"oddpixelDataset":2,"samples":[]}'])(
    'refuses %j',
    (text) => {
      expect(() => loadDataset(text)).toThrow(DatasetError);
    },
  );

  test.each(['oddpixelDataset', 'imageDir', 'anomalyDir', 'samples', 'classNames'])(
    'lists nested a hundred thousand deep in %s are a DatasetError, or not looked at',
    (name) => {
      const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
      const fields = { oddpixelDataset: '1', imageDir: '""', samples: '[]', [name]: nested };
      const text = `{${Object.entries(fields).map(([key, value]) => `"${key}":${value}`)}}`;
      if (name === 'classNames') expect(loadDataset(text).samples).toEqual([]);
      else expect(() => loadDataset(text)).toThrow(DatasetError);
    },
  );

  test('throw a typed error for any JSON value as version, folders or sample', () => {
    expect(() => loadDataset('{"oddpixelDataset":{"toString":0},"samples":[]}')).toThrow(
      /version \{"toString":0\}; this program reads version 1/,
    );
    const key = fc.constantFrom('toString', 'valueOf', '__proto__', 'imageId', 'imageLabel', 'split', 'a');
    const anything = fc.anything({ key, withNullPrototype: false, maxDepth: 3 });
    const field = fc.constantFrom('oddpixelDataset', 'imageDir', 'anomalyDir', 'samples', 'classNames');
    const saved = JSON.parse(saveDataset(dataset)) as Record<string, unknown>;
    fc.assert(
      fc.property(field, fc.oneof(anything, fc.array(anything)), fc.boolean(), (name, value, inSample) => {
        const first = { ...dataset.samples[0], [name]: value, imageLabel: value };
        let text: string;
        try {
          text = JSON.stringify(inSample ? { ...saved, samples: [first] } : { ...saved, [name]: value });
        } catch {
          return;
        }
        try {
          loadDataset(text);
        } catch (error) {
          expect(error).toBeInstanceOf(DatasetError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
