import { readAnomalyDataset } from '@oddpixel/dataset';
import { readInitialModel } from '@oddpixel/initial-models/node';
import { small } from '@oddpixel/initial-models/small';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { cpu, nodeFileSource, sharpCodec } from '@oddpixel/runtime-node';
import { createInspector, trainFromDataset } from '@oddpixel/workflow';

const host = { backend: await cpu().open(), source: nodeFileSource('parts'), codec: sharpCodec() };
const { model } = await trainFromDataset(await readAnomalyDataset(host.source), {
  ...host,
  extractor: { id: small.id, bytes: await readInitialModel(small) },
  preprocessing: createPreprocessParams({ imageWidth: 256, imageHeight: 256 }),
});
const inspector = await createInspector(model, host);
const image = await host.source.read('test/scratch/000.png');
const { result } = await inspector.inspect({ name: 'a scratched part', image });
console.log(result.anomalyClass, result.anomalyScore);
