/** Trains a small convolutional network from nothing, an autoencoder of apples, and writes it as a plain ONNX file. */
import { renderAppleDataset } from '@oddpixel/dataset/apples';
import { createRandom, type HostTensor } from '@oddpixel/contract';
import * as onnx from '@oddpixel/graph';
import * as train from '@oddpixel/graph/training';
import { createPreprocessParams, preprocessRaster } from '@oddpixel/preprocess';
import { cpu, writeFileAtomic } from '@oddpixel/runtime-node';

// Pictures of good apples, float32 [3, 64, 96] in 0..1: 48 to learn from, 8 to measure with.
const [width, height] = [96, 64];
const params = createPreprocessParams({ imageWidth: width, imageHeight: height, imageRangeMax: 1 });
const apples = renderAppleDataset({ width, height, train: 48, testGood: 8, testDefect: 0 });
const images = Array.from(apples, ({ raster }) => preprocessRaster(raster, params).image);
const unseen = images.splice(48);

// The network: down to a quarter of the size and back. A layer is a function, and so is what is made of layers.
const { batchNorm, convLayer, convTransposeLayer, sequential } = train;
const half = (channels: number) =>
  sequential(convLayer({ channels, kernel: 3, stride: 2, bias: false }), batchNorm(), onnx.relu);
const twice = (channels: number) => convTransposeLayer({ channels, kernel: 4, stride: 2 });
const network = sequential(half(16), half(8), twice(16), batchNorm(), onnx.relu, twice(3), onnx.sigmoid);
const error = (copy: onnx.Value, image: onnx.Value) => onnx.reduceMean(onnx.square(onnx.sub(copy, image)));

// A step of training is a graph: images and weights go in, their error and better weights come out.
const g = new onnx.GraphBuilder();
const image = g.input('image', 'float32', ['N', 3, height, width]);
const weights = train.trainableWeights(g, { seed: 1 });
const loss = error(network(image, weights), image);
const optimizer = train.adamW({ weightDecay: train.decayMatrices(0.01) });
const step = train.buildTrainingStep({ loss, ...weights, optimizer });

// The trained network is another: weights are constants, and batch normalization is part of the convolutions.
function finished(tensors: Readonly<Record<string, HostTensor>>) {
  const g = new onnx.GraphBuilder();
  const image = g.input('image', 'float32', ['N', 3, height, width]);
  const copy = network(image, train.trainedWeights(g, tensors));
  g.output('copy', copy);
  g.output('error', error(copy, image));
  return onnx.writeGraph(train.foldBatchNorm(g.build()));
}

// Eight epochs: the learning rate rises during the first, then falls along half a cosine.
const [epochs, steps, backend] = [8, images.length / 4, await cpu().open()];
const learningRate = train.warmUp(steps, train.cosineRate({ rate: 0.01, steps: (epochs - 1) * steps }));
const session = await train.openTrainingSession(step, backend, { start: weights.start, learningRate });
async function trainEpoch(epoch: number) {
  for (const batch of train.shuffledBatches(images, 4, createRandom(epoch)))
    await session.step({ image: train.stackTensors(batch) });
}
async function errorOf(file: Uint8Array, some: typeof images) {
  const session = await backend.createSession(file);
  const outputs = await session.run({ image: train.stackTensors(some) });
  await session.dispose();
  return train.outputData(outputs, 'error')[0] ?? NaN;
}
const measure = async () => errorOf(finished(await session.parameters()), unseen);
const trainer = { ...session, trainEpoch, measure };
const { best } = await train.runEpochs(trainer, { maxNumEpochs: epochs, onEpoch: console.log });
await writeFileAtomic('apples.onnx', finished(best));
console.log('one apple', await errorOf(finished(best), unseen.slice(0, 1)));
