/** Trains with a head of one's own, saves the model, reads it again and evaluates it: as with any other head. */
import { findSamples, readAnomalyDataset } from '@oddpixel/dataset';
import { readBackbone } from '@oddpixel/backbones/node';
import { small } from '@oddpixel/backbones/small';
import { readModel, writeModel } from '@oddpixel/model-core';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { cpu, nodeFileSource, readFileBounded, sharpCodec, writeFileAtomic } from '@oddpixel/runtime-node';
import { evaluateModel, trainFromDataset } from '@oddpixel/workflow';
import { nearestMean } from './nearest-mean.ts';

const host = { backend: await cpu().open(), source: nodeFileSource('parts'), codec: sharpCodec() };
const dataset = await readAnomalyDataset(host.source);
const trained = await trainFromDataset(dataset, {
  ...host,
  backbone: { id: small.id, bytes: await readBackbone(small) },
  preprocessing: createPreprocessParams({ imageWidth: 160, imageHeight: 128 }),
  head: nearestMean(),
});
await writeFileAtomic('parts.onnx', writeModel(trained.model));

const model = readModel(await readFileBounded('parts.onnx'));
const { evaluation } = await evaluateModel(model, dataset, host);
console.log(
  model.manifest.head?.type,
  findSamples(dataset, { split: 'test' }).length,
  evaluation.image?.auroc,
);
await host.backend.dispose();
