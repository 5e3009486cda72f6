/** The sample set: rendered, trained and inspected at one click. */
import { worker } from '../worker.ts';
import { addRecords } from './images.ts';
import { train } from './train.ts';
import { progressed, work } from './work.ts';

/** Enough apples for a fair impression, few enough for a minute on a laptop's CPU. */
const appleSet = { width: 320, height: 256, train: 48, testGood: 12, testDefect: 25, seed: 0 };

/** One click from nothing to a gallery of judged apples. */
export async function tryApples(): Promise<void> {
  const rendered = await work('apples', async (signal) => {
    await worker().call('apples', appleParams(), {
      signal,
      onProgress: ({ image, done, total }) => {
        addRecords([image]);
        progressed(done, total);
      },
    });
  });
  if (rendered) await train();
}

/** Tests request smaller sets in the address: `?apples=6,2,3,96x64`. */
function appleParams(): typeof appleSet {
  const asked = new URLSearchParams(location.search).get('apples');
  const found = asked && /^(\d+),(\d+),(\d+),(\d+)x(\d+)$/.exec(asked);
  if (!found) return appleSet;
  const [train = 0, testGood = 0, testDefect = 0, width = 0, height = 0] = found.slice(1).map(Number);
  return { ...appleSet, train, testGood, testDefect, width, height };
}
