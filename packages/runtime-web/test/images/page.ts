/** What the tests of images and files run in the browser. Bytes cross as base64. */
import type { ImageFormat, ImageLimits, Raster } from '@oddpixel/contract';
import * as files from '../../src/files/index.ts';
import {
  browserCodec,
  openCamera,
  rasterFrom,
  toImageData,
  type CameraOptions,
} from '../../src/images/index.ts';

/** A raster that crosses. */
export interface WireRaster {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly hasAlpha?: boolean | undefined;
  readonly type: 'Uint8Array' | 'Uint16Array' | 'Float32Array';
  readonly base64: string;
}

export interface Failure {
  readonly name: string;
  readonly code?: unknown;
  readonly message: string;
}

const types = { Uint8Array, Uint16Array, Float32Array };

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function toWire({ data, ...raster }: Raster): WireRaster {
  const base64 = toBase64(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return { ...raster, type: data.constructor.name as WireRaster['type'], base64 };
}

function fromWire({ base64, type, ...raster }: WireRaster): Raster {
  return { ...raster, data: new types[type](fromBase64(base64).buffer) };
}

async function attempt<T>(call: () => Promise<T>): Promise<T | { readonly failure: Failure }> {
  try {
    return await call();
  } catch (error) {
    const { name, message } = error as Error;
    return { failure: { name, message, code: Reflect.get(error as object, 'code') } };
  }
}

async function collect(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const codec = browserCodec();

const imageTests = {
  decode: (base64: string, limits?: ImageLimits, acceptDamaged?: boolean) =>
    attempt(async () => {
      const warnings: string[] = [];
      const raster = await codec.decode(fromBase64(base64), {
        fileName: 'part',
        onWarning: (warning) => warnings.push(warning),
        limits,
        acceptDamaged,
      });
      return { raster: toWire(raster), warnings };
    }),

  inWorker(base64: string): Promise<WireRaster> {
    const worker = new Worker(new URL('worker.ts', import.meta.url), { type: 'module' });
    return new Promise<WireRaster>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<Raster>) => resolve(toWire(data)));
      worker.addEventListener('error', (event) => reject(new Error(event.message)));
      worker.postMessage(fromBase64(base64));
    }).finally(() => worker.terminate());
  },

  /** What the browser's own decoder shows of a file. */
  async shown(base64: string): Promise<WireRaster> {
    return toWire(await rasterFrom(await createImageBitmap(new Blob([fromBase64(base64)]))));
  },

  encode: (raster: WireRaster, format: ImageFormat) =>
    attempt(async () => toBase64(await codec.encode(fromWire(raster), format))),

  /** A noisy video frame as `rasterFrom` gives it and as the browser draws it, and whether it was drawn for that. */
  async videoFrame(
    init: VideoFrameBufferInit,
  ): Promise<{ found: WireRaster; shown: WireRaster; drawn: number }> {
    const { codedWidth: width, codedHeight: height } = init;
    const bytes = Uint8Array.from(
      { length: 4 * width * height },
      (_, i) => Math.imul(i, 2_654_435_761) >>> 13,
    );
    const frame = new VideoFrame(bytes, init);
    const type = OffscreenCanvasRenderingContext2D.prototype;
    // eslint-disable-next-line typescript/unbound-method -- called with its object below
    const draw = type.drawImage;
    let drawn = 0;
    type.drawImage = function counted(this: OffscreenCanvasRenderingContext2D, ...given: unknown[]) {
      drawn++;
      Reflect.apply(draw, this, given);
    };
    const found = toWire(await rasterFrom(frame));
    type.drawImage = draw;
    const context = new OffscreenCanvas(frame.displayWidth, frame.displayHeight).getContext('2d');
    context?.drawImage(frame, 0, 0);
    const picture = context?.getImageData(0, 0, frame.displayWidth, frame.displayHeight) as ImageData;
    frame.close();
    return { found, shown: toWire(await rasterFrom(picture)), drawn };
  },

  /** One picture, from every kind of source. */
  async sources(base64: string, url: string): Promise<Readonly<Record<string, WireRaster>>> {
    const bytes = fromBase64(base64);
    const blob = new Blob([bytes], { type: 'image/png' });
    const bitmap = await createImageBitmap(blob);
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    context.drawImage(bitmap, 0, 0);
    const offscreen = new OffscreenCanvas(bitmap.width, bitmap.height);
    offscreen.getContext('2d')?.drawImage(bitmap, 0, 0);
    const image = new Image();
    image.src = URL.createObjectURL(blob);
    const frame = new VideoFrame(bitmap, { timestamp: 0 });
    const made = {
      blob,
      file: new File([bytes], 'part.png'),
      url,
      address: new URL(url, location.href),
      image,
      bitmap,
      canvas,
      offscreen,
      frame,
      imageData: context.getImageData(0, 0, canvas.width, canvas.height),
    };
    const rasters: Record<string, WireRaster> = {};
    for (const [name, source] of Object.entries(made)) rasters[name] = toWire(await rasterFrom(source));
    frame.close();
    return rasters;
  },

  failingSource: (url: string) => attempt(async () => toWire(await rasterFrom(url))),

  /** A picture of another site, as `<img>` shows it. */
  otherSite: (url: string) =>
    attempt(async () => {
      const image = new Image();
      image.src = url;
      return toWire(await rasterFrom(image));
    }),

  toImageData(raster: WireRaster, range?: readonly [number, number]): number[] {
    return Array.from(toImageData(fromWire(raster), range === undefined ? {} : { range }).data);
  },

  camera: (options: CameraOptions, count: number) =>
    attempt(async () => {
      const camera = await openCamera(options);
      const frames: WireRaster[] = [];
      for await (const raster of camera.frames()) {
        frames.push(toWire(raster));
        if (frames.length === count) break;
      }
      const [first, second] = await Promise.all([camera.frame(), camera.frame()]);
      frames.push(toWire(first), toWire(second));
      const video = document.createElement('video');
      video.srcObject = camera.stream;
      await video.play();
      const shown = toWire(await rasterFrom(video));
      const empty = await attempt(async () => void (await rasterFrom(document.createElement('video'))));
      const waiting = attempt(() => camera.frame().then(() => undefined));
      camera.stop();
      const isLive = camera.stream.getTracks().some((track) => track.readyState === 'live');
      let after = 0;
      for await (const raster of camera.frames()) after += raster.width;
      return {
        frames,
        shown,
        empty,
        isLive,
        after,
        waiting: await waiting,
        later: await attempt(async () => void (await camera.frame())),
      };
    }),

  cameraAborted: () =>
    attempt(async () => {
      const camera = await openCamera();
      const abort = new AbortController();
      let count = 0;
      try {
        for await (const _ of camera.frames(abort.signal)) if (++count === 2) abort.abort();
      } finally {
        camera.stop();
      }
      return count;
    }),

  /** All entries of a source, and the texts of its files. */
  async walk(kind: 'list' | 'chosen' | 'directory' | 'dropped') {
    const source = await sourceOf(kind);
    const entries: unknown[] = [];
    const visit = async (path: string): Promise<void> => {
      for await (const entry of source.list(path)) {
        entries.push(
          entry.kind === 'file'
            ? { ...entry, text: new TextDecoder().decode(await source.read(entry.path)) }
            : entry,
        );
        if (entry.kind === 'directory') await visit(entry.path);
      }
    };
    await visit('');
    const refused = [];
    for (const path of ['nothing', 'b/../../c', 'b', 'a.txt/x', 'b/nothing/x']) {
      refused.push(await attempt(async () => void (await source.read(path))));
    }
    refused.push(await attempt(async () => void (await collect(source.list('a.txt')))));
    refused.push(await attempt(async () => void (await collect(source.list('nothing')))));
    return { name: source.name, entries, refused };
  },

  sameName: () =>
    attempt(async () => files.fileListSource([new File(['1'], 'a.txt'), new File(['2'], 'a.txt')]).name),

  store: {
    put: (store: string, key: string, base64: string) =>
      attempt(async () => void (await files.opfsStore(store).put(key, fromBase64(base64)))),
    get: (store: string, key: string) =>
      attempt(async () => {
        const bytes = await files.opfsStore(store).get(key);
        return bytes === undefined ? null : toBase64(bytes);
      }),
    delete: (store: string, key: string) =>
      attempt(async () => void (await files.opfsStore(store).delete(key))),
    /** Writers of different lengths and values at once, and readers between them: which values were seen. */
    async race(store: string, writers: number, rounds: number): Promise<readonly string[]> {
      const { get, put } = files.opfsStore(store);
      const seen = new Set<string>();
      const write = async (writer: number): Promise<void> => {
        for (let i = 0; i < rounds; i++)
          await put('shared', new Uint8Array(1000 * (writer + 1)).fill(writer + 1));
      };
      const read = async (): Promise<void> => {
        for (let i = 0; i < 4 * rounds; i++) {
          const bytes = await get('shared');
          if (bytes === undefined) seen.add('nothing');
          else if (bytes.length === 0) seen.add('empty');
          else if (bytes.every((value) => value === bytes[0])) seen.add(`${bytes[0]}×${bytes.length}`);
          else seen.add('mixed');
        }
      };
      await Promise.all([...Array.from({ length: writers }, (_, i) => write(i)), read(), read()]);
      return [...seen].sort();
    },
    /** A writer that never finishes: what a page leaves behind that is closed in the middle. */
    async halfWritten(store: string, key: string): Promise<void> {
      const folder = await (
        await navigator.storage.getDirectory()
      ).getDirectoryHandle(store, { create: true });
      const writer = await (await folder.getFileHandle(key, { create: true })).createWritable();
      await writer.write(new Uint8Array(100_000));
    },
  },
};

type Source = ReturnType<typeof files.fileListSource>;

async function sourceOf(kind: 'list' | 'chosen' | 'directory' | 'dropped'): Promise<Source> {
  if (kind === 'list') return files.fileListSource([new File(['A'], 'a.txt'), new File(['B'], 'b.txt')]);
  if (kind === 'chosen') {
    const input = document.querySelector('input') as HTMLInputElement;
    return files.fileListSource(input.files as FileList);
  }
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('tree', { create: true });
  const write = async (folder: FileSystemDirectoryHandle, name: string, text: string): Promise<void> => {
    const writer = await (await folder.getFileHandle(name, { create: true })).createWritable();
    await writer.write(text);
    await writer.close();
  };
  await write(root, 'a.txt', 'A');
  const b = await root.getDirectoryHandle('b', { create: true });
  await write(b, 'c.txt', 'C');
  await write(await b.getDirectoryHandle('d', { create: true }), 'e.txt', 'E');
  if (kind === 'directory') return files.directorySource(root);
  return files.droppedSource(dropped as unknown as DataTransfer);
}

/** Entries as a drop gives them, which only a person's hand can make: the part of the interface that is used. */
const dropped = {
  items: [
    entryFolder('tree', [
      entryFile('a.txt', 'A'),
      entryFolder('b', [entryFile('c.txt', 'C'), entryFolder('d', [entryFile('e.txt', 'E')])]),
    ]),
  ].map((entry) => ({ webkitGetAsEntry: () => entry })),
};

function entryFile(name: string, text: string): object {
  return {
    name,
    isDirectory: false,
    file: (resolve: (file: File) => void) => resolve(new File([text], name)),
  };
}

function entryFolder(name: string, children: readonly object[]): object {
  return {
    name,
    isDirectory: true,
    createReader() {
      // One at a time: browsers give large folders out in parts.
      const rest = [...children];
      return { readEntries: (resolve: (part: object[]) => void) => resolve(rest.splice(0, 1)) };
    },
  };
}

export type PageTests = typeof imageTests;
Reflect.set(globalThis, 'imageTests', imageTests);
