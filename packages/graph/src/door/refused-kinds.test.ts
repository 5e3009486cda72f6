import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { referencePath, referenceTitle } from '@oddpixel/testing';
import { ModelFormatError } from '@oddpixel/contract';
import {
  changedModel,
  field,
  floats,
  integerAttribute,
  integers,
  joined,
  node,
  plainModel,
  varint,
  withNodes,
} from '../../test/hostile-model.ts';
import {
  AttributeProtoSchema,
  AttributeType,
  create,
  fromBinary,
  GraphProtoSchema,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  TensorProtoSchema,
  toBinary,
  ValueInfoProtoSchema,
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  type TensorProto,
} from '../codec/protobuf.ts';
import { readGraph } from '../codec/graph-codec.ts';
import { checkModelBytes } from './check-model.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A tensor whose data lies in `secret.bin`. */
function elsewhere(name: string): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: 1,
    dims: [1n],
    dataLocation: 1,
    externalData: [create(StringStringEntryProtoSchema, { key: 'location', value: 'secret.bin' })],
  });
}

const tensorAttribute = (t: TensorProto, name = 'value'): AttributeProto =>
  create(AttributeProtoSchema, { name, type: AttributeType.TENSOR, t });

const subgraph = (name: string): AttributeProto =>
  create(AttributeProtoSchema, {
    name,
    type: AttributeType.GRAPH,
    g: create(GraphProtoSchema, { name: 'body' }),
  });

function graphOf(model: ModelProto): GraphProto {
  if (model.graph === undefined) throw new Error('the plain model has a graph');
  return model.graph;
}

/** The plain model after a change of its graph. */
const changedGraph = (change: (graph: GraphProto) => void): Uint8Array =>
  changedModel((model) => change(graphOf(model)));

/** The plain model with fields added to its graph, on the wire. */
function withGraphFields(...fields: readonly Uint8Array[]): Uint8Array {
  const model = fromBinary(ModelProtoSchema, plainModel());
  const graph = joined(toBinary(GraphProtoSchema, graphOf(model)), ...fields);
  return joined(varint(8), varint(8), field(7, graph), field(8, joined(varint(16), varint(17))));
}

/** An initializer, on the wire. */
const initializer = (...parts: readonly Uint8Array[]): Uint8Array =>
  withGraphFields(field(5, joined(field(8, text('w')), varint(16), varint(1), ...parts)));

const refused: Record<string, [bytes: () => Uint8Array, message: RegExp]> = {
  // Other files.
  'an initializer in another file': [
    () => changedGraph((graph) => graph.initializer.push(elsewhere('w'))),
    /initializer `w`: its data lies in another file.*Save the model as one file/,
  ],
  'a place in another file that is not declared external': [
    () =>
      changedGraph((graph) => {
        const tensor = floats('w', 1);
        tensor.externalData = elsewhere('w').externalData;
        graph.initializer.push(tensor);
      }),
    /another file/,
  ],
  'a constant in another file': [
    () => withNodes([node('Constant', [], ['w'], [tensorAttribute(elsewhere('w'))])]),
    /\(Constant\).*another file/,
  ],
  'a tensor in another file in an unused attribute': [
    () => withNodes([node('Relu', ['image'], ['r'], [tensorAttribute(elsewhere(''), 'anything')])]),
    /another file/,
  ],
  'a list of tensors in another file': [
    () =>
      withNodes([
        node(
          'Relu',
          ['image'],
          ['r'],
          [
            create(AttributeProtoSchema, {
              name: 'list',
              type: AttributeType.TENSORS,
              tensors: [floats('', 1), elsewhere('')],
            }),
          ],
        ),
      ]),
    /another file/,
  ],
  'another file behind bits that are cut off': [
    // 2^32 + 1 is 1 for a reader of 32 bits: EXTERNAL.
    () => initializer(varint(14 * 8), varint(2 ** 32 + 1)),
    /another file/,
  ],
  'an operator that reads files': [
    () => withNodes([node('EPContext', ['image'], ['r'], [], 'com.microsoft')]),
    /EPContext.*domain `com\.microsoft`/,
  ],
  'sparse initializers': [() => withGraphFields(field(15, new Uint8Array())), /sparse/],
  'sparse attributes': [
    () =>
      withGraphFields(
        field(
          1,
          joined(field(2, text('s')), field(4, text('Constant')), field(5, field(22, new Uint8Array()))),
        ),
      ),
    /sparse/,
  ],
  // Code beside the graph.
  'model-local functions': [() => joined(plainModel(), field(25, field(1, text('f')))), /functions/],
  'graphs for training': [() => joined(plainModel(), field(20, new Uint8Array())), /training_info/],
  'an operator of an unknown domain': [
    () => withNodes([node('Evil', ['image'], ['r'], [], 'com.evil')]),
    /domain `com\.evil`.*standard ONNX operators/,
  ],
  'an operator of classical machine learning': [
    () => withNodes([node('TreeEnsembleRegressor', ['image'], ['r'], [], 'ai.onnx.ml')]),
    /ai\.onnx\.ml/,
  ],
  Loop: [() => withNodes([node('Loop', ['', ''], ['r'], [subgraph('body')])]), /Loop.*forever/],
  'Scan without a body': [() => withNodes([node('Scan', ['image'], ['r'])]), /Scan.*forever/],
  If: [() => withNodes([node('If', ['image'], ['r'], [subgraph('then_branch')])]), /If.*forever/],
  'Loop in the domain by its long name': [
    () => withNodes([node('Loop', ['', ''], ['r'], [], 'ai.onnx')]),
    /Loop.*forever/,
  ],
  'a graph inside any other node': [
    () => withNodes([node('Relu', ['image'], ['r'], [subgraph('hidden')])]),
    /forever/,
  ],
  'a reference to an attribute of a function': [
    () =>
      withNodes([
        node('Relu', ['image'], ['r'], [create(AttributeProtoSchema, { name: 'a', refAttrName: 'b' })]),
      ]),
    /function/,
  ],
  // Structure.
  'a cycle': [
    () => withNodes([node('Add', ['image', 'b'], ['a']), node('Relu', ['a'], ['b'])]),
    /cycle.*Export the model again/,
  ],
  'a node that feeds itself': [() => withNodes([node('Add', ['image', 'a'], ['a'])]), /cycle/],
  'two initializers of one name': [
    () => withNodes([], [floats('w', 1), floats('w', 2)]),
    /initializer `w`: it occurs twice/,
  ],
  'two inputs of one name': [
    () => changedGraph((graph) => graph.input.push(...graph.input)),
    /input `image`.*twice/,
  ],
  'two outputs of one name': [
    () => changedGraph((graph) => graph.output.push(...graph.output)),
    /output `anomaly_map`.*twice/,
  ],
  'two nodes that make one value': [
    () => withNodes([node('Relu', ['image'], ['r']), node('Abs', ['image'], ['r'])]),
    /`r` is made twice/,
  ],
  'a node that makes an input': [
    () => withNodes([node('Relu', ['image'], ['image'])]),
    /`image` is made twice/,
  ],
  'a node that makes an initializer': [
    () => withNodes([node('Relu', ['image'], ['w'])], [floats('w', 1)]),
    /`w` is made twice/,
  ],
  'an input that nothing makes': [
    () => withNodes([node('Relu', ['nowhere'], ['r'])]),
    /`nowhere` is not made by any node/,
  ],
  'an output that nothing makes': [
    () => changedGraph((graph) => graph.node.splice(0)),
    /output `anomaly_map`: no node makes it/,
  ],
  'an initializer without a name': [() => withNodes([], [floats('', 1)]), /initializer: its name is empty/],
  'a node without an operator': [() => withNodes([node('', ['image'], ['r'])]), /no operator/],
  'an attribute that occurs twice': [
    () =>
      withNodes([
        node('Relu', ['image'], ['r'], [integerAttribute('alpha', 1), integerAttribute('alpha', 2)]),
      ]),
    /`alpha` occurs twice/,
  ],
  'metadata that occurs twice': [
    () =>
      changedModel((model) => {
        const entry = create(StringStringEntryProtoSchema, { key: 'oddpixel', value: '{}' });
        model.metadataProps.push(entry, entry);
      }),
    /metadata `oddpixel`: it occurs twice/,
  ],
  'an overlong name': [
    () => withNodes([node('Relu', ['image'], ['r'.repeat(2000)])]),
    /2000 characters, more than 1024/,
  ],
  'a name that steers the terminal': [
    () => withNodes([node('Relu', ['image'], ['\u001b[2Kok'])]),
    /`\\u\{1b\}\[2Kok`: its name holds control characters/,
  ],
  'a name that turns the direction of writing': [
    () => withNodes([node('Relu', ['image'], ['a\u202egnp'])]),
    /control characters/,
  ],
  'an input that is no tensor': [
    () => changedGraph((graph) => graph.input.push(create(ValueInfoProtoSchema, { name: 'text' }))),
    /input `text`: it is not a tensor/,
  ],
  'a node with too many values': [
    () => withNodes([node('Max', Array<string>(4_000_001).fill(''), ['r'])]),
    /more than 4000000/,
  ],
  // Tensors and sizes.
  'a tensor without its data': [
    () => withNodes([], [create(TensorProtoSchema, { name: 'w', dataType: 1, dims: [1n << 20n, 1n << 9n] })]),
    /asks for 536870912 elements, the data holds 0/,
  ],
  'a gigantic tensor': [
    () =>
      withNodes([], [create(TensorProtoSchema, { name: 'w', dataType: 1, dims: [1n << 62n, 1n << 62n] })]),
    /more than 1073741824 elements/,
  ],
  'a gigantic dimension beside one of 0': [
    () => withNodes([], [create(TensorProtoSchema, { name: 'w', dataType: 1, dims: [1n << 62n, 0n] })]),
    /more than 1073741824 elements/,
  ],
  'a negative dimension': [
    () => withNodes([], [create(TensorProtoSchema, { name: 'w', dataType: 1, dims: [-1n] })]),
    /negative dimension -1/,
  ],
  'a tensor with data twice': [
    () => {
      const tensor = floats('w', 1);
      tensor.floatData = [1];
      return withNodes([], [tensor]);
    },
    /its data is there twice/,
  ],
  'bytes that do not fit the shape': [
    () => {
      const tensor = floats('w', 1);
      tensor.rawData = new Uint8Array(5);
      return withNodes([], [tensor]);
    },
    /\[1\] and its 5 bytes do not go together/,
  ],
  'an unknown element type': [
    () => withNodes([], [create(TensorProtoSchema, { name: 'w', dataType: 99 })]),
    /element type 99/,
  ],
  'a tensor with 17 dimensions': [
    () =>
      withNodes(
        [],
        [create(TensorProtoSchema, { name: 'w', dataType: 1, dims: Array<bigint>(17).fill(1n) })],
      ),
    /more than 16 dimensions/,
  ],
  'ConstantOfShape of terabytes': [
    () => withNodes([node('ConstantOfShape', ['s'], ['r'])], [integers('s', 1 << 20, 1 << 20)]),
    /ConstantOfShape.*constants alone grow.*\[1048576,1048576\]/,
  ],
  'many constants of a gigabyte': [
    () =>
      withNodes(
        Array.from({ length: 5 }, (_, i) => node('ConstantOfShape', ['s'], [`r${i}`])),
        [integers('s', 1 << 26)],
      ),
    /constants alone grow/,
  ],
  'a size from arithmetic on constants': [
    () =>
      withNodes(
        [node('Mul', ['s', 's'], ['t']), node('Cast', ['t'], ['u']), node('ConstantOfShape', ['u'], ['r'])],
        [integers('s', 1 << 20, 1 << 20)],
      ),
    /constants alone grow/,
  ],
  'Range to the end of the numbers': [
    () =>
      withNodes(
        [node('Range', ['from', 'to', 'step'], ['r'])],
        [integers('from', 0), integers('to', 2 ** 50), integers('step', 1)],
      ),
    /Range/,
  ],
  'Expand of the image': [
    () => withNodes([node('Expand', ['image', 's'], ['r'])], [integers('s', 1 << 20, 3, 32, 64)]),
    /Expand.*gigantic/,
  ],
  'Tile of the image': [
    () => withNodes([node('Tile', ['image', 's'], ['r'])], [integers('s', 1, 1, 1 << 12, 1 << 12)]),
    /Tile.*gigantic tensor for one image, \[1,3,131072,262144\]/,
  ],
  'Pad of the image': [
    () =>
      withNodes([node('Pad', ['image', 's'], ['r'])], [integers('s', 0, 0, 0, 0, 0, 0, 1 << 15, 1 << 15)]),
    /Pad.*gigantic/,
  ],
  'Pad of the image by an attribute': [
    () =>
      withNodes([
        node('Pad', ['image'], ['r'], [integerAttribute('pads', 0, 0, 1 << 15, 1 << 15, 0, 0, 0, 0)]),
      ]),
    /Pad.*gigantic/,
  ],
  'Resize of the image by scales': [
    () => withNodes([node('Resize', ['image', '', 's'], ['r'])], [floats('s', 1, 1, 1000, 1000)]),
    /Resize.*gigantic/,
  ],
  'Resize of the image to sizes': [
    () => withNodes([node('Resize', ['image', '', '', 's'], ['r'])], [integers('s', 1, 3, 1 << 15, 1 << 15)]),
    /Resize.*gigantic/,
  ],
  'a chain of enlargements, each of them small': [
    () =>
      withNodes(
        Array.from({ length: 8 }, (_, i) =>
          node('Resize', [i === 0 ? 'image' : `r${i - 1}`, '', 's'], [`r${i}`]),
        ),
        [floats('s', 1, 1, 4, 4)],
      ),
    /Resize.*gigantic/,
  ],
  'doubling by Concat': [
    () =>
      withNodes(
        Array.from({ length: 40 }, (_, i) => {
          const x = i === 0 ? 'image' : `r${i - 1}`;
          return node('Concat', [x, x], [`r${i}`], [create(AttributeProtoSchema, { name: 'axis', i: 1n })]);
        }),
      ),
    /Concat.*gigantic/,
  ],
  'a product of a row and a column': [
    () =>
      withNodes(
        [
          node('Reshape', ['image', 'row'], ['a']),
          node('Reshape', ['image', 'column'], ['b']),
          node(
            'Concat',
            ['a', 'a', 'a', 'a', 'a', 'a'],
            ['c'],
            [create(AttributeProtoSchema, { name: 'axis', i: 1n })],
          ),
          node('Tile', ['c', 'times'], ['d']),
          node('Tile', ['b', 'down'], ['e']),
          node('MatMul', ['e', 'd'], ['r']),
        ],
        [
          integers('row', 1, -1),
          integers('column', -1, 1),
          integers('times', 1, 1000),
          integers('down', 1000, 1),
        ],
      ),
    /MatMul.*gigantic/,
  ],
  'a convolution that pads without end': [
    () =>
      withNodes(
        [node('Conv', ['image', 'k'], ['r'], [integerAttribute('pads', 1 << 20, 1 << 20, 0, 0)])],
        [create(TensorProtoSchema, { name: 'k', dataType: 1, dims: [1n, 3n, 1n, 1n], floatData: [1, 1, 1] })],
      ),
    /Conv.*gigantic/,
  ],
  'one-hot codes of terabytes': [
    () =>
      withNodes(
        [node('OneHot', ['i', 'depth', 'v'], ['r'])],
        [integers('i', 1), integers('depth', 2 ** 40), floats('v', 0, 1)],
      ),
    /OneHot/,
  ],
  'random numbers of terabytes': [
    () => withNodes([node('RandomNormal', [], ['r'], [integerAttribute('shape', 1 << 20, 1 << 20)])]),
    /RandomNormal/,
  ],
  // The wire.
  'an empty file': [() => new Uint8Array(), /no graph/],
  text: [() => text('this is no model at all'), /Check that it is an \.onnx file/],
  'half a file': [() => plainModel().slice(0, plainModel().length / 2), /damaged|no graph/],
  'two graphs, which other readers join': [
    () => joined(plainModel(), field(7, field(5, new Uint8Array()))),
    /two graphs/,
  ],
  'a graph in the form of a number': [() => joined(varint(7 * 8), varint(1), plainModel()), /damaged/],
  'the engine’s own format': [
    () => joined(Uint8Array.of(24, 0, 0, 0), text('ORTM'), new Uint8Array(64)),
    /ONNX Runtime’s own format/,
  ],
  'the engine’s own format that is ONNX as well': [
    // Field 15 is none of a model: six bytes that every reader of ONNX skips.
    () => joined(Uint8Array.of(15 * 8 + 2, 6, 0, 0), text('ORTM'), plainModel()),
    /ONNX Runtime’s own format/,
  ],
  'an old version': [() => changedModel((model) => (model.irVersion = 2n)), /ir_version/],
  'no operator set': [() => changedModel((model) => model.opsetImport.splice(0)), /opset_import/],
  'two versions of the operator set': [
    () => changedModel((model) => model.opsetImport.push(...model.opsetImport)),
    /opset_import/,
  ],
};

test('the plain model passes, both in its own buffer and as part of a larger one', () => {
  const bytes = plainModel();
  expect(() => checkModelBytes(bytes)).not.toThrow();
  expect(() => checkModelBytes(joined(varint(1), bytes).subarray(1))).not.toThrow();
});

describe('a model is refused with', () => {
  test.each(Object.entries(refused))('%s', (_what, [make, message]) => {
    const bytes = make();
    expect(() => checkModelBytes(bytes)).toThrow(ModelFormatError);
    expect(() => checkModelBytes(bytes)).toThrow(message);
    expect(() => readGraph(bytes)).toThrow(message);
  });
});

describe('a model passes with', () => {
  test.each<[string, () => Uint8Array]>([
    [
      'quantized operators of com.microsoft',
      () => withNodes([node('QLinearAdd', ['image', 'image'], ['r'], [], 'com.microsoft')]),
    ],
    [
      'standard operators by the long name of their domain',
      () => withNodes([node('Relu', ['image'], ['r'], [], 'ai.onnx')]),
    ],
    ['nodes out of order', () => withNodes([node('Relu', ['a'], ['b']), node('Abs', ['image'], ['a'])])],
    [
      'an initializer that is an input as well',
      () =>
        changedGraph((graph) => {
          graph.initializer.push(floats('w', 1));
          const [image] = graph.input;
          if (image !== undefined) graph.input.push(create(ValueInfoProtoSchema, { ...image, name: 'w' }));
        }),
    ],
    ['fields of a later version', () => joined(plainModel(), field(99, text('anything')))],
    [
      'an empty tensor',
      () => withNodes([], [create(TensorProtoSchema, { name: 'w', dataType: 1, dims: [0n] })]),
    ],
    [
      'a small ConstantOfShape',
      () => withNodes([node('ConstantOfShape', ['s'], ['r'])], [integers('s', 4, 5)]),
    ],
    [
      'an enlargement of the image',
      () => withNodes([node('Resize', ['image', '', 's'], ['r'])], [floats('s', 1, 1, 8, 8)]),
    ],
  ])('%s', (_what, make) => {
    expect(() => checkModelBytes(make())).not.toThrow();
  });
});

/** With a quadratic step anywhere these take hours. */
describe('a model with 200,000 elements:', () => {
  const count = 200_000;
  const names = Array.from({ length: count }, (_, i) => `value_${i}`);

  test('inputs are checked in linear time', () => {
    const bytes = changedGraph((graph) => {
      const [image] = graph.input;
      for (const name of names.slice(1))
        graph.input.push({ ...(image as (typeof graph.input)[number]), name });
    });
    expect(() => checkModelBytes(bytes)).not.toThrow();
  });

  test('initializers are checked in linear time', () => {
    const bytes = withNodes([]);
    const many = changedGraph((graph) => {
      const tensor = floats('w', 1);
      for (const name of names.slice(1)) graph.initializer.push({ ...tensor, name });
    });
    expect(many.length).toBeGreaterThan(bytes.length);
    expect(() => checkModelBytes(many)).not.toThrow();
  });

  test('nodes are checked in linear time, even in the worst order', () => {
    const chain = names
      .slice(10)
      .map((name, i) => node('Relu', [i === 0 ? 'image' : (names[i + 9] as string)], [name]))
      .toReversed();
    expect(() => checkModelBytes(withNodes(chain))).not.toThrow();
  });

  test('uses of one value by one node are checked in linear time', () => {
    expect(() =>
      checkModelBytes(withNodes([node('Max', Array<string>(count).fill('image'), ['r'])])),
    ).not.toThrow();
  });

  test('more nodes than that are refused', () => {
    const nodes = [...names, 'a', 'b'].map((name) => node('Relu', ['image'], [name]));
    expect(() => checkModelBytes(withNodes(nodes))).toThrow('more than 200000 nodes');
  });
});

describe.each([
  'efficientnet-lite0-trunk',
  'efficientnet-lite2-trunk',
  'mobilenet-v2-trunk',
  'oddpixel-seed',
  'resnet50-v2-trunk',
])('the published backbone %s', (name) => {
  const path = referencePath('models', `${name}.onnx`);
  test.skipIf(path === undefined)(referenceTitle('passes', path), () => {
    expect(() => checkModelBytes(readFileSync(path as string))).not.toThrow();
  });
});
