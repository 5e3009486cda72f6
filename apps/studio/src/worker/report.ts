/** The evaluation report: one HTML file about the images whose truth is known. */
import { describeRemark, type Raster } from '@oddpixel/contract';
import type { AnomalyModel } from '@oddpixel/model-core/model';
import { drawGalleryItem, renderReport, type GalleryItem } from '@oddpixel/eval/report';
import { evaluateModel } from '@oddpixel/workflow';
import type { JobContext, Jobs } from '../protocol.ts';
import { studioLimits } from './images.ts';
import { croppingCodec } from './region.ts';
import type { Session } from './session.ts';
import { studioDataset } from './studio-dataset.ts';

/** @throws DatasetError when a mask has another size than its image; the signal's reason */
export async function writeReport(
  session: Session,
  model: AnomalyModel,
  { images, title }: Omit<Jobs['report']['params'], 'thresholds'>,
  { signal, progress }: JobContext<'report'>,
): Promise<Blob> {
  const judged = images.filter(({ truth }) => truth !== undefined);
  const { dataset, source } = studioDataset(judged, 'test', await session.store());
  const codec = croppingCodec(session.codec, session.model.region);
  const gallery: GalleryItem[] = [];
  const encode = async (picture: Raster, kind: 'photo' | 'exact'): Promise<string> => {
    const format = kind === 'photo' ? 'jpeg' : 'png';
    return `data:image/${format};base64,${toBase64(await codec.encode(picture, format))}`;
  };
  const { evaluation, excluded, remarks } = await evaluateModel(model, dataset, {
    backend: await session.backend(),
    source,
    codec,
    limits: studioLimits,
    concurrency: 2,
    signal,
    onProgress: progress,
    onImage: async ({ sample, result, raster, mask }) => {
      if (raster === undefined) throw new Error('an image was not decoded');
      const { imageId, imageFileName: fileName, imageLabel: label, defect } = sample;
      gallery.push(
        await drawGalleryItem(
          {
            imageId,
            fileName,
            label,
            result,
            raster,
            defect,
            mask,
          },
          model.manifest,
          encode,
        ),
      );
    },
  });
  const html = renderReport({
    title,
    modelName: session.model.fileName ?? 'model.onnx',
    datasetName: 'the images of this page',
    manifest: model.manifest,
    evaluation,
    gallery,
    excluded,
    warnings: remarks.map(describeRemark),
  });
  return new Blob([html], { type: 'text/html' });
}

/** In pieces, since a call takes only so many arguments. */
function toBase64(bytes: Uint8Array): string {
  const piece = 0x80_00;
  let binary = '';
  for (let begin = 0; begin < bytes.length; begin += piece) {
    binary += String.fromCharCode(...bytes.subarray(begin, begin + piece));
  }
  return btoa(binary);
}
