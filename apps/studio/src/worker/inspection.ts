/** Judging images, one after the other, so that a request for a single one in between is not kept waiting. */
import type { Raster } from '@oddpixel/contract';
import type { Inspection } from '@oddpixel/workflow';
import type { DetailMap, ImageRecord, JobContext, LiveResult } from '../protocol.ts';
import { keys } from './keeper.ts';
import { cropTo } from './region.ts';
import type { Session } from './session.ts';
import { mapToBytes, shrinkMap } from './small-map.ts';
import { studioLimits } from './images.ts';

/** Gallery maps at a quarter: model maps are smooth at that scale. */
const galleryFactor = 4;
const liveFactor = 2;

/**
 * An image that cannot be judged costs its own verdict, not those of the others.
 *
 * @throws DOMException AbortError if the model was replaced meanwhile
 */
export async function score(
  session: Session,
  images: readonly ImageRecord[],
  { signal, progress }: JobContext<'score'>,
): Promise<void> {
  const { model } = session.model;
  const store = await session.store();
  for (const [index, image] of images.entries()) {
    const counts = { done: index + 1, total: images.length };
    const judged = await session.exclusive(async () => {
      signal.throwIfAborted();
      if (session.model.model !== model) throw new DOMException('The model was replaced.', 'AbortError');
      try {
        return await inspectStored(session, image);
      } catch (error) {
        signal.throwIfAborted();
        return { message: error instanceof Error ? error.message : String(error) };
      }
    });
    if ('message' in judged) {
      progress({ failed: { id: image.id, message: judged.message }, ...counts });
      continue;
    }
    const { result } = judged;
    await store.put(keys.map(image.id), mapToBytes(shrinkMap(result.anomalyImage, galleryFactor)));
    session.tell(judged.remarks);
    progress({ scored: { id: image.id, score: result.anomalyScore }, ...counts });
  }
}

export async function detail(session: Session, image: ImageRecord): Promise<DetailMap> {
  const { result } = await session.exclusive(() => inspectStored(session, image));
  const { region } = session.model;
  return { map: shrinkMap(result.anomalyImage, 1), region };
}

export async function live(session: Session, raster: Raster): Promise<LiveResult> {
  const { result } = await session.exclusive(() => inspect(session, 'camera', raster));
  const { region } = session.model;
  return {
    score: result.anomalyScore,
    map: shrinkMap(result.anomalyImage, liveFactor),
    region,
  };
}

async function inspectStored(session: Session, { id, name }: ImageRecord): Promise<Inspection> {
  const bytes = await (await session.store()).get(keys.image(id));
  if (bytes === undefined) throw new Error(`The browser no longer has ${name}. Add the image again.`);
  return inspect(session, name, await session.codec.decode(bytes, { fileName: name, limits: studioLimits }));
}

async function inspect(session: Session, name: string, raster: Raster): Promise<Inspection> {
  const inspector = await session.inspecting();
  const inspection = await inspector.inspect({ name, image: cropTo(raster, session.model.region) });
  const { anomalyScore } = inspection.result;
  // A score that is not a number is not a verdict either.
  if (!Number.isFinite(anomalyScore)) throw new Error(`${name}: the model gave the score ${anomalyScore}.`);
  return inspection;
}
