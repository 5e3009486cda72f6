/** ONNX files ↔ `Graph`. Input is checked; output is the same bytes for the same graph. */
import { ModelFormatError, type HostTensor, type ValueInfo } from '@oddpixel/contract';
import { outlineOf } from '../door/check-model.ts';
import { standardDomain } from '../door/operators.ts';
import type { Attribute, Graph, GraphNode } from '../ir.ts';
import { validateGraph } from '../validate.ts';
import { readAttribute, writeAttribute } from './attribute-codec.ts';
import { defaultReadLimits, type ReadLimits } from '../limits.ts';
import { decodeModel, metadataEntries, metadataOf } from './model-bytes.ts';
import {
  create,
  DimensionSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorShapeProtoSchema,
  TensorTypeSchema,
  toBinary,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type ValueInfoProto,
} from './protobuf.ts';
import { dtypeFromCode, readTensor, writeTensor } from './tensor-codec.ts';
import { typeCodes } from './type-codes.ts';

/**
 * Reads a graph. Constant nodes become initializers; documentation strings and value hints are dropped.
 *
 * @throws ModelFormatError naming what is wrong and where.
 */
export function readGraph(bytes: Uint8Array, limits: Partial<ReadLimits> = {}): Graph {
  const all = { ...defaultReadLimits, ...limits };
  outlineOf(bytes, all);
  const model = decodeModel(bytes);
  const proto = model.graph as GraphProto;
  const initializers = new Map<string, HostTensor>();
  const addInitializer = (name: string, tensor: HostTensor): void => {
    if (initializers.has(name))
      throw new ModelFormatError({ where: `initializer \`${name}\``, problem: 'it occurs twice' });
    initializers.set(name, tensor);
  };
  for (const tensor of proto.initializer) {
    addInitializer(tensor.name, readTensor(tensor, `initializer \`${tensor.name}\``, all));
  }
  const nodes: GraphNode[] = [];
  for (const [index, node] of proto.node.entries()) {
    const where = `node \`${node.name || `#${index}`}\` (${node.opType})`;
    const attributes = readAttributes(node, where, all);
    const constant = node.opType === 'Constant' && node.domain === '' ? constantValue(attributes) : undefined;
    const output = node.output[0];
    if (constant !== undefined && output !== undefined) addInitializer(output, constant);
    else
      nodes.push({
        name: node.name,
        opType: node.opType,
        domain: standardDomain(node.domain),
        inputs: node.input,
        outputs: node.output,
        attributes,
      });
  }
  const graph: Graph = {
    name: proto.name,
    opset: standardOpset(model),
    irVersion: readIrVersion(model.irVersion),
    inputs: readInputs(proto, all),
    outputs: proto.output.map((info) => readValueInfo(info, `output \`${info.name}\``, all)),
    nodes,
    initializers,
    metadata: metadataOf(model),
  };
  return validateGraph(graph);
}

/** Versions 3 (2017) to 20, which leaves room for a few years. */
function readIrVersion(version: bigint): number {
  if (version >= 3n && version <= 20n) return Number(version);
  throw new ModelFormatError({ where: 'ir_version', problem: `expected 3 to 20, found ${version}` });
}

/** Some old files list initializers among the inputs without meaning them to be overridden: those with equal names stay inputs. */
function readInputs(proto: GraphProto, limits: ReadLimits): ValueInfo[] {
  return proto.input.map((info) => readValueInfo(info, `input \`${info.name}\``, limits));
}

function readAttributes(node: NodeProto, where: string, limits: ReadLimits): Record<string, Attribute> {
  // No prototype: an attribute may be called `constructor` or `__proto__`.
  const attributes = Object.create(null) as Record<string, Attribute>;
  for (const attribute of node.attribute) {
    if (attribute.refAttrName !== '')
      throw new ModelFormatError({ where, problem: 'it refers to attributes of a function' });
    if (attribute.name in attributes)
      throw new ModelFormatError({ where, problem: `attribute ${attribute.name} occurs twice` });
    attributes[attribute.name] = readAttribute(attribute, `${where}, attribute ${attribute.name}`, limits);
  }
  return attributes;
}

function constantValue(attributes: Readonly<Record<string, Attribute>>): HostTensor | undefined {
  const { value, value_float: float, value_floats: floats, value_int: int, value_ints: ints } = attributes;
  if (value?.kind === 'tensor') return value.value;
  if (float?.kind === 'float')
    return { location: 'host', dtype: 'float32', dims: [], data: Float32Array.of(float.value) };
  if (floats?.kind === 'floats') {
    return {
      location: 'host',
      dtype: 'float32',
      dims: [floats.value.length],
      data: Float32Array.from(floats.value),
    };
  }
  if (int?.kind === 'int')
    return { location: 'host', dtype: 'int64', dims: [], data: BigInt64Array.of(BigInt(int.value)) };
  if (ints?.kind === 'ints') {
    return {
      location: 'host',
      dtype: 'int64',
      dims: [ints.value.length],
      data: BigInt64Array.from(ints.value, BigInt),
    };
  }
  return undefined;
}

function standardOpset(model: ModelProto): number {
  const versions = model.opsetImport
    .filter(({ domain }) => standardDomain(domain) === '')
    .map(({ version }) => version);
  const [version] = versions;
  if (version === undefined || versions.length > 1 || version < 1n || version > 1000n) {
    throw new ModelFormatError({
      where: 'opset_import',
      problem: 'expected exactly one version of the standard operator set',
    });
  }
  return Number(version);
}

function readValueInfo(info: ValueInfoProto, where: string, limits: ReadLimits): ValueInfo {
  const type = info.type?.value;
  if (type?.case !== 'tensorType') throw new ModelFormatError({ where, problem: 'it is not a tensor' });
  const dims = (type.value.shape?.dim ?? []).map(({ value }, axis): number | string => {
    if (value.case === 'dimParam' && value.value !== '') return value.value;
    if (value.case !== 'dimValue') return `${info.name}_${axis}`;
    // Some exporters write −1 or 0 for "any".
    const size = Number(value.value);
    if (size > limits.maxElements)
      throw new ModelFormatError({ where, problem: `dimension ${axis} is ${size}` });
    return size > 0 ? size : `${info.name}_${axis}`;
  });
  if (dims.length > limits.maxRank)
    throw new ModelFormatError({ where, problem: `${dims.length} dimensions` });
  return { name: info.name, dtype: dtypeFromCode(type.value.elemType, where), dims };
}

/** Writes a graph as an ONNX file. Equal graphs give equal bytes. */
export function writeGraph(graph: Graph): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(graph.irVersion),
    producerName: 'oddpixel',
    opsetImport: opsets(graph).map(([domain, version]) =>
      create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
    ),
    metadataProps: metadataEntries(graph.metadata),
    graph: create(GraphProtoSchema, {
      name: graph.name || 'graph',
      node: graph.nodes.map((node) =>
        create(NodeProtoSchema, {
          name: node.name,
          opType: node.opType,
          domain: node.domain,
          input: [...node.inputs],
          output: [...node.outputs],
          attribute: Object.entries(node.attributes)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, attribute]) => writeAttribute(name, attribute)),
        }),
      ),
      initializer: [...graph.initializers].map(([name, tensor]) => writeTensor(name, tensor)),
      input: graph.inputs.map(writeValueInfo),
      output: graph.outputs.map(writeValueInfo),
    }),
  });
  return toBinary(ModelProtoSchema, model);
}

function opsets(graph: Graph): [domain: string, version: number][] {
  const others = new Set(graph.nodes.map(({ domain }) => domain).filter((domain) => domain !== ''));
  return [['', graph.opset], ...[...others].sort().map((domain): [string, number] => [domain, 1])];
}

function writeValueInfo({ name, dtype, dims }: ValueInfo): ValueInfoProto {
  const dim = dims.map((size) =>
    create(DimensionSchema, {
      value:
        typeof size === 'number'
          ? { case: 'dimValue', value: BigInt(size) }
          : { case: 'dimParam', value: size },
    }),
  );
  const shape = create(TensorShapeProtoSchema, { dim });
  const value = create(TensorTypeSchema, { elemType: typeCodes[dtype], shape });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value } }),
  });
}
