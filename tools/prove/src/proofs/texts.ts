import {
  loadDataset,
  memoryFileSource,
  parseGroups,
  readAnomalyDataset,
  saveDataset,
} from '@oddpixel/dataset';
import { OddpixelError } from '@oddpixel/contract';
import { parseManifest, serializeManifest } from '@oddpixel/model-core/unstable';
import { openFixture } from '../fixture.ts';
import { mutateText } from '../mutate-bytes.ts';
import type { Proof } from '../proof.ts';

const table = [
  'image,label,mask,split,group',
  'a.png,good,,train,part 1',
  '"b, with comma.png",good,,train,"part ""2"""',
  'c.png,scratch,c_mask.png,test,part 3',
].join('\n');

export const texts: Proof = {
  name: 'texts',
  claim:
    'a damaged table, data set, manifest or list of groups is read or a typed error, and changes no prototype',
  rounds: 200_000,
  shortRounds: 2000,
  async open() {
    const { backend, dataset, model } = await openFixture();
    await backend.dispose();
    const picture = new Uint8Array(10);
    const names = ['a.png', 'b, with comma.png', 'c.png', 'c_mask.png'];
    const readers: readonly (readonly [string, (text: string) => unknown])[] = [
      [
        table,
        (text) => {
          const files = new Map(names.map((name) => [name, picture]));
          files.set('table.csv', new TextEncoder().encode(text));
          return readAnomalyDataset(memoryFileSource(files), { layout: 'csv', csv: 'table.csv' });
        },
      ],
      [saveDataset(dataset), (text) => loadDataset(text)],
      [serializeManifest(model.manifest), (text) => parseManifest(text)],
      ['file,group\na.png,1\nb.png,1\nc.png,2\n', (text) => parseGroups(text, 'groups.csv')],
    ];
    for (const [text, read] of readers) await read(text);
    return {
      async round({ random }) {
        const [text, read] = readers[random.integer(readers.length)] as (typeof readers)[number];
        let mutant = text;
        for (let i = random.integer(3); i >= 0; i--) mutant = mutateText(mutant, random);
        const outcome = await ending(() => read(mutant));
        if (Object.keys(Object.prototype).length > 0) throw new Error('the prototype of objects was changed');
        return outcome;
      },
    };
  },
};

async function ending(read: () => unknown): Promise<string> {
  try {
    await read();
    return 'read';
  } catch (error) {
    if (error instanceof OddpixelError) return 'refused';
    throw error;
  }
}
