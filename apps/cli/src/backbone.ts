/** The feature extractor named on the command line. */
import { basename } from 'node:path';
import { existsSync } from 'node:fs';
import { readInitialModel } from '@oddpixel/initial-models/node';
import { small } from '@oddpixel/initial-models/small';
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
  return { id: basename(nameOrFile), bytes: await readBytes(nameOrFile), ...outputs };
}
