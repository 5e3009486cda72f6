import { DisposedError } from '@oddpixel/contract';
import { loadModel } from '@oddpixel/model-core';
import { preprocessRaster } from '@oddpixel/preprocess';
import { cpu, inWorker } from '@oddpixel/runtime-node';
import { openFixture, picture } from '../fixture.ts';
import { flatMemory } from '../memory.ts';
import type { Proof } from '../proof.ts';

export const sessions: Proof = {
  name: 'sessions',
  claim: 'sessions and backends that are opened and disposed leave no memory behind, and refuse later use',
  rounds: 1000,
  shortRounds: 30,
  async open() {
    const { backend: first, model } = await openFixture();
    const sample = preprocessRaster(picture(1), model.manifest.preprocessing);
    const memory = flatMemory(20, 96e6);
    return {
      async round({ random }) {
        const kind = random.integer(10) === 0 ? 'worker' : 'thread';
        const factory = kind === 'worker' ? inWorker({ device: 'cpu' }) : cpu({ threads: 1 });
        const backend = await factory.open();
        const loaded = await loadModel(model, backend);
        for (let i = random.integer(3); i > 0; i--) await loaded.apply([sample]);
        // In either order; a backend disposes its sessions.
        if (random.integer(2) === 0) await loaded.dispose();
        await backend.dispose();
        await loaded.dispose();
        const error: unknown = await loaded.apply([sample]).catch((reason: unknown) => reason);
        if (!(error instanceof DisposedError))
          throw new Error('a disposed session was used', { cause: error });
        memory.note();
        return kind;
      },
      async finish() {
        memory.check();
      },
      close: () => first.dispose(),
    };
  },
};
