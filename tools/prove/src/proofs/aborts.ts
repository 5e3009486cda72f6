import { loadModel } from '@oddpixel/model-core';
import { preprocessRaster } from '@oddpixel/preprocess';
import { openFixture, picture } from '../fixture.ts';
import type { Proof } from '../proof.ts';

export const aborts: Proof = {
  name: 'aborts',
  claim: 'an aborted run rejects with the reason of its signal, others finish, and the session stays usable',
  rounds: 2000,
  shortRounds: 50,
  async open() {
    const { backend, model } = await openFixture();
    const loaded = await loadModel(model, backend);
    const samples = [0, 1, 2].map((i) => preprocessRaster(picture(i), model.manifest.preprocessing));
    const expected: number[] = [];
    for (const sample of samples) expected.push((await loaded.apply([sample]))[0]?.anomalyScore as number);
    return {
      async round({ random }) {
        const stop = new AbortController();
        const reason = new Error('enough');
        const runs = samples.map(async (sample, i) => {
          const aborted = random.integer(2) === 0;
          const [result] = await loaded
            .apply([sample], aborted ? { signal: stop.signal } : {})
            .catch((error: unknown) => {
              if (aborted && error === reason) return [undefined];
              throw error;
            });
          if (result === undefined) return 1;
          if (result.anomalyScore !== expected[i]) throw new Error('another score than alone');
          return 0;
        });
        for (let i = random.integer(4); i > 0; i--) await new Promise((later) => setImmediate(later));
        stop.abort(reason);
        const stopped = (await Promise.all(runs)).reduce<number>((sum, one) => sum + one, 0);
        const [after] = await loaded.apply([samples[0] as (typeof samples)[number]]);
        if (after?.anomalyScore !== expected[0])
          throw new Error('the session gives another score afterwards');
        return `${stopped} of 3 stopped`;
      },
      async close() {
        await loaded.dispose();
        await backend.dispose();
      },
    };
  },
};
