import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FileError, ImageFormatError, LimitExceededError, ParameterError } from '@oddpixel/contract';
import { repositoryRoot } from '@oddpixel/testing';
import { inFlagWords, messageInFlagWords, optionOfParameter } from './flag-words.ts';
import { oddpixel } from '../../test/run-cli.ts';

/** Rooms that the command line runs, and whose advice a person may read. */
const rooms = [
  'dataset',
  'preprocess',
  'workflow',
  'eval',
  'runtime-node',
  'images/src',
  'model-core/src/model',
  'model-core/src/train',
  'model-core/src/interop',
];

/** Advice on calls that the command line itself makes, and makes rightly: only a bug of ours would show it. */
const forProgrammers: readonly string[] = [
  'Pass codec: sharpCodec() or give a Raster.',
  'Pass store: diskStore(folder).',
  'Pass a sample as preprocessRaster makes it.',
  'Pass imageRangeMin and imageRangeMax of the preprocessing parameters.',
  'Preprocess the image with preprocessParamsFromModel(model.manifest).',
  'Name a change such as flipHorizontal: true, or leave augmentation out.',
  'Use planTiles.',
  'Install CUDA 12 with cuDNN 9 and run the install script of onnxruntime-node (pnpm rebuild onnxruntime-node).',
  "Use normalizationType 'constantValues', or leave it out.",
];

/** What only programmers write: `camelCase`, calls, and fields of objects. */
const programmersWord = /\b[a-z]+[A-Z]\w*|\w\(\)|\w+\(\w+\.\w+\)|\b[a-z]\w*: (true|false|\[)|\bPass \w+:/;

test('advice of the library is shown with options of the command line', async () => {
  const advice: string[] = [];
  for (const room of rooms) {
    const folder = join(repositoryRoot, 'packages', room);
    for (const file of await readdir(folder, { recursive: true })) {
      if (!/src|images|model|train|interop/.test(join(room, file)) || /node_modules|dist/.test(file))
        continue;
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
      const text = await readFile(join(folder, file), 'utf8');
      for (const [, quote, fix = ''] of text.matchAll(/\bfix:\s*(['"`])((?:\\.|(?!\1).)*)\1/g)) {
        advice.push(quote === '`' ? fix.replaceAll('\\`', '`').replaceAll(/\$\{[^}]*\}/g, '7') : fix);
      }
    }
  }
  expect(advice.length).toBeGreaterThan(30);
  const leaked = advice
    .filter((fix) => !forProgrammers.includes(fix) && !fix.startsWith('Call disableEngineTelemetry()'))
    .map(inFlagWords)
    .filter((fix) => programmersWord.test(fix));
  expect(leaked).toEqual([]);
});

test('a parameter is named by its option', () => {
  const error = new ParameterError({
    name: 'sourceRange',
    expected: 'the range of float values',
    received: 'none',
    fix: "Give sourceRange: [min, max], or use normalizationType 'allChannels'.",
  });
  expect(messageInFlagWords(error)).toBe(
    '--range: expected the range of float values, received none. Give --range MIN,MAX.',
  );
});

test('limits name their options', () => {
  for (const [field, option] of [
    ['maxPixels', '--max-pixels'],
    ['maxFileBytes', '--max-file-size'],
  ]) {
    const error = new LimitExceededError({
      what: 'parts/7.png',
      limit: 1,
      received: 2,
      unit: 'pixels',
      fix: `Raise \`limits.${field}\` if the file is trusted.`,
    });
    expect(messageInFlagWords(error)).toContain(`parts/7.png has 2 pixels; the limit is 1.`);
    expect(messageInFlagWords(error)).toContain(`Raise ${option} if`);
  }
});

test('file names stay unchanged', () => {
  const file = 'sourceRange.imageWidth/maxPixels.png';
  const image = new ImageFormatError({ file, problem: 'the file is damaged' });
  expect(messageInFlagWords(image)).toContain(file);
  const missing = new FileError({ path: file, operation: 'read', reason: 'it is gone' });
  expect(messageInFlagWords(missing)).toContain(file);
});

test('every option that a parameter is mapped to exists', async () => {
  const helps = await Promise.all(
    ['train', 'evaluate', 'predict', 'export'].map((command) => oddpixel(command, '--help')),
  );
  const text = helps.map(({ stdout }) => stdout).join('\n');
  for (const options of Object.values(optionOfParameter)) {
    for (const option of options.split(' and ')) expect(text).toContain(option);
  }
});
