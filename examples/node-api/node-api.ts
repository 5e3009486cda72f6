import { readAnomalyDataset } from '@oddpixel/dataset';
import { readBackbone } from '@oddpixel/backbones/node';
import { small } from '@oddpixel/backbones/small';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { cpu, nodeFileSource, sharpCodec } from '@oddpixel/runtime-node';
import { createInspector, trainFromDataset } from '@oddpixel/workflow';

const host = { backend: await cpu().open(), source: nodeFileSource('parts'), codec: sharpCodec() };
const { model } = await trainFromDataset(await readAnomalyDataset(host.source), {
  ...host,
  backbone: { id: small.id, bytes: await readBackbone(small) },
  preprocessing: createPreprocessParams({ imageWidth: 256, imageHeight: 256 }),
});
const inspector = await createInspector(model, host);
const image = await host.source.read('test/scratch/000.png');
const { result } = await inspector.inspect({ name: 'a scratched part', image });
console.log(result.anomalyClass, result.anomalyScore);
