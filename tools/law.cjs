/**
 * The dependency law, in one place: which room may import which, and what each is for. `.dependency-cruiser.cjs` enforces
 * it and docs/architecture.md shows it (tools/law.test.ts compares). A room's tests may import anything but apps.
 */
const law = {
  contract: { imports: [], what: 'the types between the rooms, and the errors: read first' },
  graph: {
    imports: ['contract'],
    what: 'ONNX graphs: read, write, check, build, edit, differentiate, interpret, train',
  },
  'model-core': {
    imports: ['contract', 'graph'],
    what: 'the model file: manifest, thresholds, calibration, heads, interop',
  },
  preprocess: {
    imports: ['contract'],
    what: 'pixels to tensors, masks, tiles, augmentation: the same bits everywhere',
  },
  dataset: { imports: ['contract'], what: 'layouts, splits, checks, the apple set' },
  images: { imports: ['contract'], what: 'decoders and encoders of images without a host' },
  remote: {
    imports: ['contract'],
    what: 'typed requests to a worker or another process: progress, cancel, transfer, errors',
  },
  eval: {
    imports: ['contract', 'model-core'],
    what: 'metrics, overlays, charts, the HTML report: pure functions',
  },
  conformance: { imports: ['contract', 'graph'], what: 'the cases that every backend must pass' },
  backbones: {
    imports: ['contract'],
    what: 'pretrained backbones, and the loader for published ones',
  },
  workflow: {
    imports: ['contract', 'model-core', 'preprocess', 'dataset', 'eval'],
    what: 'the whole job in one call, without naming a host',
  },
  'runtime-ort': {
    imports: ['contract', 'graph', 'remote'],
    what: 'what runtimes share: the ONNX Runtime adapter, recovery, pools, backends in threads',
  },
  'runtime-node': {
    imports: ['contract', 'runtime-ort', 'images', 'remote'],
    what: 'backends over ONNX Runtime, images through sharp, files on disk',
  },
  'runtime-web': {
    imports: ['contract', 'runtime-ort', 'images', 'remote'],
    what: 'backends on WebGPU and WebAssembly, images, camera and files of a browser',
  },
  oddpixel: { imports: 'anything', what: 'the `oddpixel` command' },
};

/**
 * Inside a room: which of its folders may import which others. Files beside the folders are open to all of them. Heads
 * never import each other.
 */
const inside = {
  graph: {
    door: [],
    codec: ['door'],
    types: ['codec'],
    reference: ['codec'],
    edit: ['types', 'reference'],
    builder: ['codec', 'types', 'reference', 'edit'],
    gradients: ['types', 'reference', 'builder'],
    training: ['codec'],
  },
  'model-core': {
    model: [],
    train: ['model'],
    interop: ['model'],
    'heads/gaussian': ['model', 'train'],
    'heads/memory': ['model', 'train'],
    'heads/student': ['model', 'train'],
  },
};

module.exports = { inside, law };
