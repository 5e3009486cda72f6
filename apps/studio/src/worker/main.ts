/** The worker: all bytes, all computing. Importing it starts it. */
import { readModel, verifyModel, type AnomalyModel } from '@oddpixel/model-core';
import { FileError } from '@oddpixel/contract';
import { withManualThresholds, type ManualThresholds } from '@oddpixel/workflow';
import { ownerChannel, serve } from '@oddpixel/remote';
import type { Added, FileProblem, ImageRecord, Jobs, Notice, SavedProject } from '../protocol.ts';
import { takeIn, type ImageShelf } from './images.ts';
import { detail, live, score } from './inspection.ts';
import { keys } from './keeper.ts';
import { parseProject } from './saved-project.ts';
import { Session } from './session.ts';
import { mapFromBytes } from './small-map.ts';

/** Loaded on demand: inspection alone needs none of them. */
const apples = () => import('./apples.ts');
const report = () => import('./report.ts');
const training = () => import('./training.ts');

/** The page requests notices before anything else, so none is lost. */
let tellPage: (notice: Notice) => void = () => {};
const session = new Session((notice) => tellPage(notice));

serve<Jobs>(ownerChannel(), {
  notices: (_, { progress, signal }) =>
    new Promise((_resolve, reject) => {
      tellPage = progress;
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    }),

  open: ({ device }) => session.open(device),

  async restore() {
    const bytes = await (await session.store()).get(keys.project);
    const project = bytes && parseProject(new TextDecoder().decode(bytes));
    const model = await session.restoreModel(project?.model ?? {});
    return { project, model };
  },

  async save(project: SavedProject) {
    await (await session.store()).put(keys.project, new TextEncoder().encode(JSON.stringify(project)));
    return null;
  },

  async forget({ ids, model }) {
    const store = await session.store();
    for (const id of ids) {
      for (const key of [keys.image(id), keys.mask(id), keys.picture(id), keys.map(id)])
        await store.delete(key);
    }
    if (model) await session.exclusive(() => session.forgetModel());
    return null;
  },

  apples: async (params, context) => (await apples()).addApples(await shelf(), params, context),

  async mosaic(params, context) {
    await (await apples()).drawMosaic(session.codec, params, context);
    return null;
  },

  async addImages({ files, known }, { signal }): Promise<Added> {
    const own = await shelf();
    const taken = new Set(known);
    const images: ImageRecord[] = [];
    const problems: FileProblem[] = [];
    for (const file of files) {
      signal.throwIfAborted();
      try {
        const image = await takeIn(own, file, taken);
        if (image === undefined) problems.push({ name: file.name, message: 'This image is here already.' });
        else images.push(image);
      } catch (error) {
        // A full disk stops everything; a bad file only itself.
        if (error instanceof FileError && error.details['operation'] === 'write') throw error;
        problems.push({ name: file.name, message: error instanceof Error ? error.message : String(error) });
      }
    }
    return { images, problems };
  },

  async picture({ id }) {
    const bytes = await (await session.store()).get(keys.picture(id));
    if (bytes === undefined) throw new Error('The browser no longer has this picture. Add the image again.');
    return new Blob([Uint8Array.from(bytes)], { type: 'image/jpeg' });
  },

  async map({ id }) {
    const bytes = await (await session.store()).get(keys.map(id));
    return (bytes && mapFromBytes(bytes)) ?? null;
  },

  train: (params, context) =>
    session.exclusive(async () => (await training()).train(session, params, context)),

  async score({ images }, context) {
    await score(session, images, context);
    return null;
  },

  detail: ({ image }) => detail(session, image),
  accept: ({ images }, { signal }) =>
    session.exclusive(async () => (await training()).accept(session, images, signal)),
  live: ({ raster }) => live(session, raster),

  async encode({ raster }) {
    return new Blob([Uint8Array.from(await session.codec.encode(raster, 'png'))], { type: 'image/png' });
  },

  async openModel({ bytes, fileName }) {
    const model = readModel(new Uint8Array(await bytes.arrayBuffer()));
    await verifyModel(model);
    return session.exclusive(() => session.use({ model, fileName }));
  },

  async exportModel({ thresholds }) {
    const { bytes } = shown(thresholds);
    return new Blob([Uint8Array.from(bytes)], { type: 'application/octet-stream' });
  },

  report: ({ thresholds, ...params }, context) =>
    session.exclusive(async () => {
      const { writeReport } = await report();
      return writeReport(session, shown(thresholds), params, context);
    }),
});

async function shelf(): Promise<ImageShelf> {
  return { store: await session.store(), codec: session.codec };
}

/** The model with the thresholds that the page shows; those that were moved are the person's own. */
function shown(thresholds: ManualThresholds | undefined): AnomalyModel {
  const { model } = session.model;
  return thresholds === undefined ? model : withManualThresholds(model, thresholds);
}
