import { sharpCodec } from '@oddpixel/runtime-node';
import { createInspector } from '@oddpixel/workflow';
import { encodePng, openFixture, picture } from '../fixture.ts';
import { flatMemory } from '../memory.ts';
import type { Proof } from '../proof.ts';

export const soak: Proof = {
  name: 'soak',
  claim: 'an inspector gives equal images equal scores forever, in flat memory',
  rounds: 20_000,
  shortRounds: 300,
  async open() {
    const { backend, model } = await openFixture();
    const inspector = await createInspector(model, { backend, codec: sharpCodec() });
    const images = await Promise.all(Array.from({ length: 8 }, (_, i) => encodePng(picture(i))));
    const scores = new Map<number, number>();
    const memory = flatMemory(200, 64e6);
    return {
      async round({ random }) {
        const index = random.integer(images.length);
        const image = images[index] as Uint8Array;
        const { result } = await inspector.inspect({ name: String(index), image });
        const score = scores.get(index) ?? result.anomalyScore;
        scores.set(index, score);
        if (result.anomalyScore !== score)
          throw new Error(`image ${index}: ${result.anomalyScore}, not ${score}`);
        memory.note();
        return 'equal score';
      },
      async finish() {
        memory.check();
      },
      async close() {
        await inspector.dispose();
        await backend.dispose();
      },
    };
  },
};
