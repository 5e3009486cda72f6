import type { Store } from '@oddpixel/contract';
import { openFixture, sameBytes } from '../fixture.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import type { Proof } from '../proof.ts';

export const cacheDamage: Proof = {
  name: 'cache-damage',
  claim: 'damaged, cut and missing cache entries never change the model',
  rounds: 2000,
  shortRounds: 20,
  async open() {
    const fixture = await openFixture();
    const whole = new Map<string, Uint8Array>();
    await fixture.train(memoryStore(whole));
    return {
      async round({ random }) {
        const entries = new Map(whole);
        for (const [key, bytes] of whole) {
          if (random.integer(2) === 0) continue;
          if (random.integer(8) === 0) entries.delete(key);
          else entries.set(key, mutateBytes(bytes, random));
        }
        const trained = await fixture.train(memoryStore(entries));
        if (!sameBytes(trained, fixture.modelBytes)) throw new Error('another model than without the cache');
        return 'same model';
      },
      close: () => fixture.backend.dispose(),
    };
  },
};

function memoryStore(entries: Map<string, Uint8Array>): Store {
  return {
    get: async (key) => entries.get(key)?.slice(),
    put: async (key, bytes) => void entries.set(key, bytes.slice()),
    delete: async (key) => void entries.delete(key),
  };
}
