/** The feature extractor named on the command line. */
import { basename } from 'node:path';
import { existsSync } from 'node:fs';
import { readInitialModel } from '@oddpixel/initial-models/node';
import { small } from '@oddpixel/initial-models/small';
import { manifestKey, readModel } from '@oddpixel/model-core/model';
import { readMetadata } from '@oddpixel/model-core/onnx';
import { readBytes } from './data.ts';
import { UsageError } from './outcome.ts';

const initialModels = { small } as const;

export interface Backbone {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly outputs?: readonly string[];
}

/** An initial model by name, or an ONNX file. */
export async function readBackbone(nameOrFile: string, features?: readonly string[]): Promise<Backbone> {
  const outputs = features === undefined ? {} : { outputs: features };
  if (nameOrFile in initialModels) {
    const model = initialModels[nameOrFile as keyof typeof initialModels];
    return { id: model.id, bytes: await readInitialModel(model), ...outputs };
  }
  if (!existsSync(nameOrFile)) {
    const names = Object.keys(initialModels).join(', ');
    throw new UsageError(`--backbone: expected ${names} or an ONNX file, received "${nameOrFile}"`);
  }
  const bytes = await readBytes(nameOrFile);
  if (readMetadata(bytes).has(manifestKey) && readModel(bytes).manifest.head !== undefined) {
    throw new UsageError(
      `--backbone: expected a feature extractor, but ${nameOrFile} is a trained model; \`oddpixel add\` extends one`,
    );
  }
  return { id: basename(nameOrFile), bytes, ...outputs };
}
