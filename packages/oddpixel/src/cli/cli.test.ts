import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromArrayBuffer } from 'geotiff';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repositoryRoot } from '@oddpixel/testing';
import { jsonOutputs, jsonSchemaText } from '../../test/json-output.ts';
import {
  inShell,
  oddpixel,
  scratchFolder,
  writeDataset,
  writeMask,
  writePicture,
} from '../../test/run-cli.ts';

let folder: string;
let data: string;
let model: string;
const cpu = ['--device', 'cpu'];

beforeAll(async () => {
  folder = await scratchFolder();
  data = join(folder, 'data');
  model = join(folder, 'model.onnx');
  await writeDataset(data);
  const trained = await oddpixel(
    'train',
    data,
    '--out',
    model,
    '--size',
    '192x128',
    '--rows',
    '400',
    ...cpu,
    '--json',
  );
  expect(trained.stderr).toContain('ort-node:cpu');
  expect(trained.code).toBe(0);
  jsonOutputs.train.parse(JSON.parse(trained.stdout));
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The folder's files without what the tests put there before. */
const filesIn = async (path: string): Promise<string[]> => (existsSync(path) ? await readdir(path) : []);

describe('the whole job', () => {
  test('dataset counts and finds no problem', async () => {
    const { code, stdout } = await oddpixel('dataset', data, '--json');
    const { images, counts, problems } = jsonOutputs.dataset.parse(JSON.parse(stdout));
    expect([code, images, problems]).toEqual([0, 15, []]);
    expect(counts).toContainEqual({
      split: 'test',
      label: 'nok',
      defect: 'blot',
      images: 4,
      width: { min: 150, max: 150 },
      height: { min: 100, max: 100 },
    });
  });

  test('info shows what the file contains', async () => {
    const { stdout } = await oddpixel('info', model, '--json');
    const { manifest } = jsonOutputs.info.parse(JSON.parse(stdout));
    expect(manifest).toMatchObject({
      head: { type: 'memory' },
      preprocessing: { imageWidth: 192, imageHeight: 128 },
    });
    expect((await oddpixel('info', model)).stdout).toMatch(/promise +Estimated, not promised/);
  });

  test('evaluate measures and writes a report; maps of non-square images lie on their masks', async () => {
    const report = join(folder, 'report');
    const { code, stdout } = await oddpixel('evaluate', model, data, '--report', report, ...cpu, '--json');
    const result = jsonOutputs.evaluate.parse(JSON.parse(stdout));
    expect(code).toBe(0);
    expect(result).toMatchObject({ images: 7, image: { auroc: 1 }, excluded: [] });
    expect(result.pixel?.auroc).toBeGreaterThan(0.95);
    expect(result.perDefect['blot']?.recall).toBe(1);
    const html = await readFile(join(report, 'report.html'), 'utf8');
    expect(html).toContain('test/blot/0.png');
    expect(html).not.toMatch(/(src|href)="https?:/);
    // Image, ground truth, map and overlay of the oddest image lie alike.
    const uris = [...html.matchAll(/src="data:image\/\w+;base64,([^"]+)"/g)].slice(0, 4);
    const sizes = await Promise.all(
      uris.map(async ([, text = '']) => {
        const { width, height } = await sharp(Buffer.from(text, 'base64')).metadata();
        return [width, height];
      }),
    );
    expect(sizes).toEqual(Array.from({ length: 4 }, () => [150, 100]));
    expect(JSON.parse(await readFile(join(report, 'evaluation.json'), 'utf8'))).toMatchObject({
      counts: { images: 7 },
    });
  });

  test('evaluate leaves out images that the model was trained on', async () => {
    const mixed = join(folder, 'mixed');
    await mkdir(join(mixed, 'test/good'), { recursive: true });
    await copyFile(join(data, 'train/good/3.png'), join(mixed, 'test/good/renamed.png'));
    await copyFile(join(data, 'test/good/1.png'), join(mixed, 'test/good/new.png'));
    await mkdir(join(mixed, 'train/good'), { recursive: true });
    await copyFile(join(data, 'train/good/4.png'), join(mixed, 'train/good/4.png'));
    const { stdout } = await oddpixel('evaluate', model, mixed, ...cpu, '--json');
    expect(jsonOutputs.evaluate.parse(JSON.parse(stdout))).toMatchObject({
      images: 1,
      excluded: ['test/good/renamed.png'],
    });
  });

  test('predict writes maps and overlays, and with --fail-on-nok exits with 3 for an image that is nok', async () => {
    const out = join(folder, 'pictures');
    const images = [join(data, 'test/good/0.png'), join(data, 'test/blot/1.png')];
    const { code, stdout } = await oddpixel(
      'predict',
      model,
      ...images,
      '--out',
      out,
      ...cpu,
      '--json',
      '--fail-on-nok',
    );
    const { images: results, threshold } = jsonOutputs.predict.parse(JSON.parse(stdout));
    expect(code).toBe(3);
    expect(results.map(({ verdict }) => verdict)).toEqual(['ok', 'nok']);
    expect(results[1]?.score).toBeGreaterThanOrEqual(threshold ?? Infinity);
    // The blot of test/blot/1.png begins at (0.25, 0.4) of 150×100.
    const { x = 0, y = 0 } = results[1]?.regions[0]?.peak ?? {};
    expect(x).toBeGreaterThan(35);
    expect(x).toBeLessThan(70);
    expect(y).toBeGreaterThan(35);
    expect(y).toBeLessThan(65);
    expect((await readdir(out)).sort()).toEqual(['0.map.png', '0.overlay.png', '1.map.png', '1.overlay.png']);
    expect(await sharp(join(out, '1.map.png')).metadata()).toMatchObject({
      width: 192,
      height: 128,
      depth: 'ushort',
    });
    expect(await sharp(join(out, '1.overlay.png')).metadata()).toMatchObject({ width: 150, height: 100 });
  });

  test('predict --save-input writes an input that gives the saved map in plain ONNX Runtime', async () => {
    const out = join(folder, 'float');
    const npy = join(out, 'x.npy');
    const image = join(data, 'test/blot/2.png');
    await oddpixel('predict', model, image, '--out', out, '--map', 'float', '--save-input', npy, ...cpu);
    const bytes = await readFile(npy);
    const header = bytes.subarray(10, 10 + bytes.readUInt16LE(8)).toString();
    expect(header).toContain("'<f4'");
    expect(header).toContain('(1, 3, 128, 192)');
    const values = new Float32Array(Uint8Array.from(bytes.subarray(10 + bytes.readUInt16LE(8))).buffer);
    const session = await InferenceSession.create(await readFile(model), { logSeverityLevel: 3 });
    const outputs = await session.run({ image: new Tensor('float32', values, [1, 3, 128, 192]) });
    const map = outputs['anomaly_map']?.data as Float32Array;
    const file = await readFile(join(out, '2.map.tiff'));
    const tiff = await (await fromArrayBuffer(Uint8Array.from(file).buffer)).getImage();
    const [saved] = (await tiff.readRasters()) as unknown as [Float32Array];
    const { manifest } = jsonOutputs.info.parse(JSON.parse((await oddpixel('info', model, '--json')).stdout));
    const { referenceScores } = manifest['calibration'] as { referenceScores: number[] };
    const median = referenceScores[referenceScores.length >> 1] ?? 0;
    const worst = map.reduce(
      (a, value, i) => Math.max(a, Math.abs(value - (saved[i] as number)) / Math.max(value, median)),
      0,
    );
    expect(worst).toBeLessThan(1e-4);
  });

  test('predict --tile finds a small blot on a large image, in the right place', async () => {
    const large = join(folder, 'large.png');
    await writePicture(large, 50, { width: 600, height: 400 });
    const spot = await sharp({ create: { width: 22, height: 18, channels: 3, background: '#e06020' } })
      .png()
      .toBuffer();
    const odd = join(folder, 'large-odd.png');
    await sharp(large)
      .composite([{ input: spot, left: 431, top: 287 }])
      .toFile(odd);
    const { stdout } = await oddpixel(
      'predict',
      model,
      odd,
      '--tile',
      '150x100',
      '--overlap',
      '40',
      ...cpu,
      '--json',
    );
    const [result] = jsonOutputs.predict.parse(JSON.parse(stdout)).images;
    const { x = 0, y = 0 } = result?.regions[0]?.peak ?? {};
    expect(Math.abs(x - 442)).toBeLessThan(12);
    expect(Math.abs(y - 296)).toBeLessThan(12);
  });

  test('add accepts an image as good', async () => {
    const grown = join(folder, 'grown.onnx');
    const image = join(data, 'test/blot/3.png');
    const { code, stdout } = await oddpixel('add', model, image, '--out', grown, ...cpu, '--json');
    expect(code).toBe(0);
    expect(jsonOutputs.add.parse(JSON.parse(stdout)).rowsAdded).toBeGreaterThan(0);
    const [before, after] = await Promise.all(
      [model, grown].map(async (file) => {
        const { stdout } = await oddpixel('predict', file, image, ...cpu, '--json');
        return jsonOutputs.predict.parse(JSON.parse(stdout)).images[0];
      }),
    );
    expect(after?.score).toBeLessThan(before?.score ?? 0);
  });

  test.each([
    [96, 64],
    [150, 100],
    [100, 37],
    [33, 120],
    [640, 480],
  ])('export --standalone scores a raw image of %i×%i as predict does', async (width, height) => {
    const file = join(folder, `raw-${width}.png`);
    await writePicture(file, width, { width, height, blot: [0.3, 0.3] });
    const standalone = join(folder, 'standalone.onnx');
    const exported = await oddpixel('export', model, '--standalone', '--out', standalone, '--json');
    expect(jsonOutputs.export.parse(JSON.parse(exported.stdout)).standalone).toBe(true);
    const predicted = await oddpixel('predict', model, file, ...cpu, '--json');
    const [expected] = jsonOutputs.predict.parse(JSON.parse(predicted.stdout)).images;
    const { data: pixels } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const session = await InferenceSession.create(await readFile(standalone), { logSeverityLevel: 3 });
    const outputs = await session.run({
      image: new Tensor('uint8', Uint8Array.from(pixels), [height, width, 3]),
    });
    const score = Number(outputs['pred_score']?.data[0]);
    expect(Math.abs(score - (expected?.score ?? 0)) / score).toBeLessThan(1e-3);
    expect(Number(outputs['pred_label']?.data[0])).toBe(expected?.verdict === 'nok' ? 1 : 0);
  });

  test('export --threshold changes the verdict, not the graph', async () => {
    const strict = join(folder, 'strict.onnx');
    await oddpixel('export', model, '--threshold', '0.001', '--out', strict);
    const { stdout } = await oddpixel('predict', strict, join(data, 'test/good/0.png'), ...cpu, '--json');
    expect(jsonOutputs.predict.parse(JSON.parse(stdout))).toMatchObject({
      threshold: 0.001,
      images: [{ verdict: 'nok' }],
    });
  });

  test('train on a folder with good beside others and a validation share gives a guaranteed statement', async () => {
    const plain = join(folder, 'plain');
    for (let i = 0; i < 12; i++) await writePicture(join(plain, 'good', `${i}.png`), i);
    await writePicture(join(plain, 'scratched', '0.png'), 40, { blot: [0.4, 0.4] });
    const out = join(folder, 'plain.onnx');
    const args = ['--size', '96x64', '--validation-percent', '25', '--head', 'gaussian', ...cpu, '--json'];
    const { stdout, code } = await oddpixel('train', plain, '--out', out, ...args);
    expect(code).toBe(0);
    const { thresholds, validationImages } = jsonOutputs.train.parse(JSON.parse(stdout));
    expect(validationImages).toBeGreaterThan(1);
    expect(thresholds?.statement).toMatchObject({ kind: 'guaranteed', referenceCount: validationImages });
  });

  test('a student that was killed resumes to the same file', async () => {
    const args = `train "${data}" --head student --size 96x64 --epochs 25 --complexity 4 ${cpu.join(' ')}`;
    const whole = join(folder, 'student.onnx');
    const outcome = await inShell(`$ODDPIXEL ${args} --out "${whole}" --json`);
    expect(outcome.code).toBe(0);
    const { validationImages, result } = jsonOutputs.train.parse(JSON.parse(outcome.stdout));
    expect(validationImages).toBeGreaterThan(0);
    expect(result.finalEpoch).toBe(25);
    for (const delay of [0, 0.1, 0.3]) {
      const [checkpoint, out] = [join(folder, `c${delay}`), join(folder, `student-${delay}.onnx`)];
      await inShell(`
        $ODDPIXEL ${args} --out "${out}" --checkpoint "${checkpoint}" & pid=$!
        for i in $(seq 600); do [ -f "${checkpoint}" ] && break; sleep 0.05; done
        sleep ${delay}; kill -9 $pid; wait $pid`);
      await rm(out, { force: true });
      const resumed = await inShell(`$ODDPIXEL ${args} --out "${out}" --resume "${checkpoint}"`);
      expect([resumed.code, /^error:/m.test(resumed.stderr)]).toEqual([0, false]);
      expect((await readFile(out)).equals(await readFile(whole))).toBe(true);
    }
  }, 300_000);

  test('train --augment trains on augmented copies, and --cache changes nothing but the time', async () => {
    const args = ['train', data, '--size', '96x64', '--rows', '200', '--augment', 'flips,shift=0.05', ...cpu];
    const cache = ['--cache', join(folder, 'cache')];
    const files = ['augmented', 'filling', 'cached'].map((name) => join(folder, `${name}.onnx`));
    const [plain, filling, cached] = files as [string, string, string];
    const outcome = await oddpixel(...args, '--augment-copies', '2', '--out', plain);
    expect(outcome.stdout).toMatch(/from (\d+) good images and \d+ augmented copies/);
    for (const out of [filling, cached]) {
      expect((await oddpixel(...args, '--augment-copies', '2', ...cache, '--out', out)).code).toBe(0);
      expect((await readFile(out)).equals(await readFile(plain))).toBe(true);
    }
    const { manifest } = jsonOutputs.info.parse(JSON.parse((await oddpixel('info', plain, '--json')).stdout));
    expect(manifest).toMatchObject({
      training: { augmentation: { copies: 2, flipVertical: true, shiftX: 0.05 } },
    });

    const damaged = (await readdir(join(folder, 'cache'))).find((name) => name.endsWith('.features'));
    await writeFile(join(folder, 'cache', damaged as string), 'torn');
    const again = await oddpixel(...args, '--augment-copies', '2', ...cache, '--out', cached);
    expect(again.stderr).toMatch(/warning: cache entry .* was damaged and is created again/);
    expect((await readFile(cached)).equals(await readFile(plain))).toBe(true);
  }, 60_000);

  test('devices names the devices that work, and why others do not', async () => {
    const { stdout, code } = await oddpixel('devices', '--json');
    const { devices } = jsonOutputs.devices.parse(JSON.parse(stdout));
    expect(code).toBe(0);
    expect(devices[0]).toMatchObject({ name: 'ort-node:cpu', available: true });
    for (const { available, reason } of devices) expect(available || (reason ?? '').length > 10).toBe(true);
  });

  test('the documented schema is the one that these tests use', async () => {
    const documented = join(repositoryRoot, 'docs', 'cli-output.schema.json');
    if (process.env['ODDPIXEL_WRITE_DOCS'] === '1') await writeFile(documented, jsonSchemaText());
    expect(JSON.parse(await readFile(documented, 'utf8'))).toEqual(JSON.parse(jsonSchemaText()));
  });
});

describe('bad input', () => {
  test('a missing folder is named', async () => {
    const { code, stderr } = await oddpixel(
      'train',
      join(folder, 'nowhere'),
      '--out',
      join(folder, 'x.onnx'),
    );
    expect([code, existsSync(join(folder, 'x.onnx'))]).toEqual([1, false]);
    expect(stderr).toMatch(/nowhere: there is no such file or folder/);
  });

  test('a text file named .png is reported as text', async () => {
    const bad = join(folder, 'bad');
    await writePicture(join(bad, 'train/good/0.png'), 1);
    await writeFile(join(bad, 'train/good/1.png'), 'this is not a picture');
    const { code, stderr } = await oddpixel(
      'train',
      bad,
      '--out',
      join(folder, 'x.onnx'),
      '--size',
      '96x64',
      ...cpu,
    );
    expect([code, existsSync(join(folder, 'x.onnx'))]).toEqual([1, false]);
    expect(stderr).toMatch(/train\/good\/1\.png: expected an image, found text/);
    const checked = await oddpixel('dataset', bad);
    expect(checked.code).toBe(1);
    expect(checked.stdout).toContain('train/good/1.png');
  });

  test('a data set without good images is refused', async () => {
    const odd = join(folder, 'odd-only');
    await writePicture(join(odd, 'test/scratch/0.png'), 1);
    await mkdir(join(odd, 'train/good'), { recursive: true });
    const { code, stderr } = await oddpixel('train', odd, '--out', join(folder, 'x.onnx'), ...cpu);
    expect([code, existsSync(join(folder, 'x.onnx'))]).toEqual([1, false]);
    expect(stderr).toMatch(/no good/);
  });

  test('a corrupt model is refused', async () => {
    const corrupt = join(folder, 'corrupt.onnx');
    const bytes = await readFile(model);
    await writeFile(corrupt, bytes.subarray(0, bytes.length / 2));
    for (const args of [
      ['info', corrupt],
      ['predict', corrupt, join(data, 'test/good/0.png')],
    ]) {
      const { code, stderr } = await oddpixel(...args);
      expect(code).toBe(1);
      expect(stderr).toMatch(/Not a usable model file/);
      expect(stderr).not.toContain('    at ');
    }
  });

  test('an unknown option, an unknown command and a missing argument are wrong usage', async () => {
    for (const args of [['train', data, '--out', 'x.onnx', '--colour'], ['paint'], ['predict', model], []]) {
      expect((await oddpixel(...args)).code).toBe(2);
    }
    expect((await oddpixel('train', data, '--out', 'x.onnx', '--colour')).stderr).toContain('--colour');
    const size = await oddpixel('train', data, '--out', join(folder, 'x.onnx'), '--size', '100x64');
    expect(size.stderr).toMatch(/multiple.* of 32/i);
    expect(size.code).toBe(2);
  });

  test('options without effect are wrong usage', async () => {
    const out = ['--out', join(folder, 'x.onnx')];
    for (const [args, needs] of [
      [['train', data, ...out, '--epochs', '3'], '--head student'],
      [['train', data, ...out, '--head', 'gaussian', '--rows', '50'], '--head memory'],
      [['train', data, ...out, '--shrinkage', '0.2'], '--head gaussian'],
      [['train', data, ...out, '--standard-deviation-factor', '2'], '--score meanDeviation'],
      [['train', data, ...out, '--augment-copies', '2'], 'needs --augment'],
      [['train', data, ...out, '--augment', 'rotation=0'], 'above 0'],
      [['train', data, ...out, '--augment', 'turns', '--size', '96x64'], 'square'],
      [['predict', model, data, '--tile', '64', '--overlap', '64'], 'less than the tile size'],
    ] as const) {
      const { code, stderr } = await oddpixel(...args);
      expect([code, stderr]).toEqual([2, expect.stringContaining(needs)]);
    }
  });

  test('a damaged image among others loses only its own verdict', async () => {
    const mixed = join(folder, 'one-damaged');
    await writePicture(join(mixed, 'a.png'), 21);
    await writeFile(join(mixed, 'b.png'), 'this is not a picture');
    await writePicture(join(mixed, 'c.png'), 22);
    const { code, stdout, stderr } = await oddpixel('predict', model, mixed, '--json', ...cpu);
    expect(code).toBe(1);
    expect(stderr).toMatch(/b\.png: expected an image, found text/);
    const { images, failures } = jsonOutputs.predict.parse(JSON.parse(stdout));
    expect(images.map(({ file }) => file)).toEqual([join(mixed, 'a.png'), join(mixed, 'c.png')]);
    expect(failures).toEqual([
      { file: join(mixed, 'b.png'), error: expect.stringContaining('found text'), lost: 'verdict' },
    ]);
  });

  test('a standalone export instead of a model is refused', async () => {
    const standalone = join(folder, 'alone.onnx');
    await oddpixel('export', model, '--standalone', '--out', standalone);
    const { code, stderr } = await oddpixel('predict', standalone, data);
    expect([code, stderr]).toEqual([1, expect.stringContaining('standalone export')]);
  });

  test('a trained model as backbone, a folder without an image and a missing device are refused', async () => {
    const trained = await oddpixel('train', data, '--out', join(folder, 'x.onnx'), '--backbone', model);
    expect([trained.code, trained.stderr]).toEqual([2, expect.stringMatching(/trained model/)]);
    await mkdir(join(folder, 'empty'));
    const empty = await oddpixel('predict', model, join(folder, 'empty'));
    expect([empty.code, empty.stderr]).toEqual([1, expect.stringMatching(/no image/)]);
    const other = process.platform === 'win32' ? 'coreml' : 'dml';
    const absent = await oddpixel('predict', model, join(data, 'test/good/0.png'), '--device', other);
    expect([absent.code, absent.stderr]).toEqual([1, expect.stringMatching(/Use --device auto or cpu/)]);
  });

  test('a reader that closes the pipe is not a failure; results that cannot be written are', async () => {
    const image = join(data, 'test/good/0.png');
    const predict = `$ODDPIXEL predict ${model} ${image} --device cpu`;
    const { stdout } = await inShell(
      `${predict} --json 2>&1 | true; echo "$PIPESTATUS"; ${predict} | true; echo "$PIPESTATUS"`,
    );
    expect(stdout).toBe('0\n0\n');
    if (!existsSync('/dev/full')) return;
    const full = await inShell(`$ODDPIXEL info ${model} --json > /dev/full`);
    expect([full.code, full.stderr]).toEqual([1, expect.stringMatching(/^error: cannot write the results/)]);
  });

  test('a mask of another size than its image is refused', async () => {
    const bad = join(folder, 'bad-mask');
    await writeDataset(bad);
    await writeMask(join(bad, 'ground_truth/blot/0_mask.png'), { width: 75, height: 80, blot: [0.1, 0.1] });
    const { code, stderr } = await oddpixel('evaluate', model, bad, ...cpu);
    expect(code).toBe(1);
    expect(stderr).toMatch(/mask/i);
  });

  test('a full disk leaves nothing behind', async () => {
    const out = join(folder, 'full');
    await mkdir(out);
    const target = join(out, 'model.onnx');
    // Files may have 64 kB: less than a model takes. The signal that comes with it must not end the process.
    const { code, stderr } = await inShell(
      `trap '' XFSZ; ulimit -f 64; $ODDPIXEL train ${data} --out ${target} --size 96x64 --rows 50 --device cpu`,
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/Cannot write .*model\.onnx/);
    expect(await filesIn(out)).toEqual([]);
  });

  test('Ctrl-C leaves nothing behind', async () => {
    const out = join(folder, 'interrupted');
    await mkdir(out);
    const many = join(folder, 'many');
    for (let i = 0; i < 60; i++)
      await writePicture(join(many, 'good', `${i}.png`), i, { width: 300, height: 200 });
    const main = join(import.meta.dirname, '..', '..', 'dist', 'main.js');
    const options = ['--size', '512', '--rows', '4000', '--threads', '1', ...cpu];
    const args = [main, 'train', many, '--out', join(out, 'model.onnx'), ...options];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    let isStopped = false;
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      // The first line of progress, such as "features 8/60": the training is under way.
      if (isStopped || !/ \d+\/\d+/.test(stderr)) return;
      isStopped = true;
      child.kill('SIGINT');
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ isStopped, stderr }).toMatchObject({ isStopped: true });
    expect(code).toBe(130);
    expect(await filesIn(out)).toEqual([]);
  }, 60_000);
});
