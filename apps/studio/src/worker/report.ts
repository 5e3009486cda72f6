/** The evaluation report: one HTML file about the images whose truth is known. */
import type { AnomalyModel } from '@oddpixel/model-core';
import { evaluationReport } from '@oddpixel/workflow';
import type { JobContext, Jobs } from '../protocol.ts';
import { studioLimits } from './images.ts';
import { croppingCodec } from './region.ts';
import type { Session } from './session.ts';
import { studioDataset } from './studio-dataset.ts';

/** @throws DatasetError if a mask has another size than its image; the signal's reason */
export async function writeReport(
  session: Session,
  model: AnomalyModel,
  { images, title }: Omit<Jobs['report']['params'], 'thresholds'>,
  { signal, progress }: JobContext<'report'>,
): Promise<Blob> {
  const judged = images.filter(({ truth }) => truth !== undefined);
  const { dataset, source } = studioDataset(judged, 'test', await session.store());
  const { html } = await evaluationReport(model, dataset, {
    title,
    modelName: session.model.fileName ?? 'model.onnx',
    datasetName: 'the images of this page',
    backend: await session.backend(),
    source,
    codec: croppingCodec(session.codec, session.model.region),
    limits: studioLimits,
    concurrency: 2,
    signal,
    onProgress: progress,
  });
  return new Blob([html], { type: 'text/html' });
}
