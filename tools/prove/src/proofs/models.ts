import { OddpixelError } from '@oddpixel/contract';
import { exportStandalone, importExternalModel } from '@oddpixel/model-core/interop';
import { readModel, writeModel } from '@oddpixel/model-core';
import { mutate } from '../../../../packages/model-core/fuzz/mutate.ts';
import { openFixture } from '../fixture.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import type { Proof } from '../proof.ts';

export const models: Proof = {
  name: 'models',
  claim: 'a damaged model file is read and exported, or a typed error',
  rounds: 100_000,
  shortRounds: 600,
  async open() {
    const { backend, model, modelBytes } = await openFixture();
    await backend.dispose();
    const { preprocessing } = model.manifest;
    return {
      async round({ random }) {
        const mutant = random.integer(3) === 0 ? mutateBytes(modelBytes, random) : mutate(modelBytes, random);
        attempt(() => importExternalModel(mutant, { preprocessing }));
        const read = attempt(() => readModel(mutant));
        if (read === undefined) return 'refused';
        attempt(() => writeModel(read));
        return attempt(() => exportStandalone(read)) === undefined ? 'read' : 'exported';
      },
    };
  },
};

function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof OddpixelError) return undefined;
    throw error;
  }
}
