/** The backbone named on the command line: by name, as a file, or at a web address. */
import { basename } from 'node:path';
import { existsSync } from 'node:fs';
import {
  BackbonePinError,
  fetchBackbone,
  parsePinnedUrl,
  type BundledBackbone,
  type PublishedBackbone,
} from '@oddpixel/backbones';
import { diskCache, readBackbone } from '@oddpixel/backbones/node';
import { medium } from '@oddpixel/backbones/medium';
import { small } from '@oddpixel/backbones/small';
import { smallInt8 } from '@oddpixel/backbones/small-int8';
import { manifestKey, readModel, verifyModel } from '@oddpixel/model-core';
import { readMetadata } from '@oddpixel/graph';
import { readBytes } from './data.ts';
import { UsageError, type CommandContext } from './outcome.ts';
import type { ProgressLine } from './progress.ts';

const bundledBackbones: readonly BundledBackbone[] = [small, smallInt8, medium];

const choices = `${bundledBackbones.map(({ id }) => id).join(', ')}, an ONNX file, or URL#sha256=HEX`;

/** For the help of `--backbone`. */
export const backboneHelp: string = `backbone, the network that makes the features: ${choices}`;

export interface Backbone {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly outputs?: readonly string[];
}

export interface BackboneOptions {
  readonly context: CommandContext;
  readonly progress: ProgressLine;
  /** Values of the backbone to use. Default: its outputs. */
  readonly features?: readonly string[] | undefined;
}

/** @throws UsageError if there is nothing of that name; BackboneError if the download fails */
export async function namedBackbone(text: string, options: BackboneOptions): Promise<Backbone> {
  const outputs = options.features === undefined ? {} : { outputs: options.features };
  const model = bundledBackbones.find(({ id }) => id === text);
  if (model !== undefined) return { id: model.id, bytes: await readBackbone(model), ...outputs };
  const { id, bytes } = /^https?:/i.test(text) ? await download(text, options) : await readFileOf(text);
  if (readMetadata(bytes).has(manifestKey)) {
    const own = readModel(bytes);
    if (own.manifest.head !== undefined) {
      throw new UsageError(
        `--backbone: expected a backbone, but ${text} is a trained model; \`oddpixel add\` extends one`,
      );
    }
    await verifyModel(own);
  }
  return { id, bytes, ...outputs };
}

async function readFileOf(path: string): Promise<Backbone> {
  if (!existsSync(path)) throw new UsageError(`--backbone: expected ${choices}, received "${path}"`);
  return { id: basename(path), bytes: await readBytes(path) };
}

async function download(text: string, { context, progress }: BackboneOptions): Promise<Backbone> {
  const published = pinned(text);
  const cache = diskCache();
  let isNew = false;
  try {
    const bytes = await fetchBackbone(published, {
      signal: context.signal,
      cache,
      onWarning: ({ message }) => {
        progress.warn(message);
        isNew = false;
      },
      onProgress: ({ receivedBytes, totalBytes = 0 }) => {
        progress.update('download, MB', megabytes(receivedBytes), megabytes(totalBytes));
        isNew = true;
      },
    });
    if (isNew) {
      progress.say(`downloaded ${megabytes(bytes.length)} MB, kept as ${cache.pathOf(published.sha256)}`);
    }
    return { id: basename(new URL(published.url).pathname) || 'backbone', bytes };
  } finally {
    progress.end();
  }
}

function pinned(text: string): PublishedBackbone {
  try {
    return parsePinnedUrl(text);
  } catch (error) {
    if (!(error instanceof BackbonePinError)) throw error;
    throw new UsageError(`--backbone: give a web address as URL#sha256=HEX. ${error.message}`);
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}
