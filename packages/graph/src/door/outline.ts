/**
 * What the door looks at in a model: names, declared types, operators and shapes, without a copy of any tensor.
 * Whatever is more than a plain graph is refused here: functions, nested graphs, sparse tensors, other files.
 */
import { maxConnections, maxNameLength, type ReadLimits } from '../limits.ts';
import { checkOperator, standardDomain } from './operators.ts';
import { printable, refuse, shown } from './refuse.ts';
import { readTensorOutline, type TensorOutline } from './tensor.ts';
import { fixed32, lengthDelimited, varint, type FieldReader } from './wire.ts';

/** A declared input or output. */
export interface ValueOutline {
  readonly name: string;
  /** Code of `TensorProto.DataType`. */
  readonly type: number;
  /** Named and open dimensions are `undefined`. */
  readonly dims: readonly (number | undefined)[];
}

export interface NodeOutline {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, AttributeOutline>;
}

interface AttributeOutline {
  readonly integer: number;
  /** The first numbers of a list. */
  readonly numbers: readonly number[];
  readonly tensor: TensorOutline | undefined;
}

export interface GraphOutline {
  readonly inputs: readonly ValueOutline[];
  readonly outputs: readonly ValueOutline[];
  readonly initializers: readonly TensorOutline[];
  readonly nodes: readonly NodeOutline[];
}

/** Reads a GraphProto. @throws ModelFormatError */
export function readGraphOutline(fields: FieldReader, limits: ReadLimits): GraphOutline {
  const inputs: ValueOutline[] = [];
  const outputs: ValueOutline[] = [];
  const initializers: TensorOutline[] = [];
  const nodes: NodeOutline[] = [];
  const counter = { left: maxConnections };
  const add = <T>(list: T[], item: T, what: string): void => {
    if (list.push(item) > limits.maxNodes) refuse('graph', `more than ${limits.maxNodes} ${what}`);
  };
  while (fields.next()) {
    switch (fields.field) {
      case 1:
        add(nodes, readNode(fields, nodes.length, limits, counter), 'nodes');
        break;
      case 5: {
        const tensor = readTensorOutline(fields.nested('tensor'), 'initializer', limits);
        checkName(tensor.name, 'initializer');
        add(initializers, tensor, 'initializers');
        break;
      }
      case 11:
        add(inputs, readValue(fields, 'input', limits), 'inputs');
        break;
      case 12:
        add(outputs, readValue(fields, 'output', limits), 'outputs');
        break;
      case 15:
        refuse('graph', 'sparse initializers are not supported', 'Store them as dense tensors.');
    }
  }
  return { inputs, outputs, initializers, nodes };
}

/** ValueInfoProto → TypeProto → Tensor → TensorShapeProto. */
function readValue(fields: FieldReader, what: string, limits: ReadLimits): ValueOutline {
  let name = '';
  let isTensor = false;
  let type = 0;
  const dims: (number | undefined)[] = [];
  const info = fields.nested(what);
  while (info.next()) {
    if (info.field === 1) name = info.text();
    if (info.field !== 2) continue;
    const typeFields = info.nested(what);
    while (typeFields.next()) {
      if (typeFields.field !== 1) continue;
      if (isTensor) typeFields.damaged();
      isTensor = true;
      const tensor = typeFields.nested(what);
      while (tensor.next()) {
        if (tensor.field === 1) {
          tensor.expect(varint);
          type = tensor.value;
        }
        if (tensor.field === 2) readShape(tensor.nested(what), dims);
      }
    }
  }
  checkName(name, what);
  const where = `${what} ${shown(name)}`;
  if (!isTensor || type === 8) refuse(where, 'it is not a tensor of numbers');
  if (dims.length > limits.maxRank) refuse(where, `more than ${limits.maxRank} dimensions`);
  const large = dims.find((dim) => dim !== undefined && dim > limits.maxElements);
  if (large !== undefined) refuse(where, `a dimension of ${large}`);
  return { name, type, dims };
}

function readShape(shape: FieldReader, dims: (number | undefined)[]): void {
  while (shape.next()) {
    if (shape.field !== 1) continue;
    const dim = shape.nested('dimension');
    let size: number | undefined;
    while (dim.next()) {
      if (dim.field === 2) size = undefined;
      if (dim.field !== 1) continue;
      dim.expect(varint);
      // Some exporters write −1 or 0 for "any".
      size = dim.value > 0 ? dim.value : undefined;
    }
    dims.push(size);
  }
}

function readNode(
  fields: FieldReader,
  index: number,
  limits: ReadLimits,
  counter: { left: number },
): NodeOutline {
  const inputs: string[] = [];
  const outputs: string[] = [];
  let attributes: Map<string, AttributeOutline> | undefined;
  let [name, opType, domain] = ['', '', ''];
  const where = (): string => `node ${shown(name || `#${index}`)} (${printable(opType)})`;
  const addTo = (list: string[], value: string): void => {
    if (value !== '') checkName(value, `node #${index}`);
    list.push(value);
    if (counter.left-- <= 0) refuse('graph', `its nodes have more than ${maxConnections} inputs and outputs`);
  };
  const node = fields.nested('node');
  while (node.next()) {
    switch (node.field) {
      case 1:
        addTo(inputs, node.text());
        break;
      case 2:
        addTo(outputs, node.text());
        break;
      case 3:
        name = node.text();
        break;
      case 4:
        opType = node.text();
        break;
      case 5: {
        const [key, attribute] = readAttribute(node.nested('attribute'), where, limits);
        attributes ??= new Map();
        if (attributes.has(key)) refuse(where(), `attribute ${shown(key)} occurs twice`);
        attributes.set(key, attribute);
        break;
      }
      case 7:
        domain = standardDomain(node.text());
        break;
    }
  }
  for (const text of [name, opType, domain]) if (text !== '') checkName(text, `node #${index}`);
  checkOperator(opType, domain, where);
  return { name, opType, domain, inputs, outputs, attributes: attributes ?? noAttributes };
}

/** Of all nodes without any: most nodes of a large graph. */
const noAttributes: ReadonlyMap<string, AttributeOutline> = new Map();

/** More numbers than any window, shape or padding has. */
const numbersKept = 64;

function readAttribute(
  fields: FieldReader,
  where: () => string,
  limits: ReadLimits,
): [name: string, attribute: AttributeOutline] {
  let name = '';
  let integer = 0;
  let tensor: TensorOutline | undefined;
  const numbers: number[] = [];
  while (fields.next()) {
    switch (fields.field) {
      case 1:
        name = fields.text();
        break;
      case 3:
        fields.expect(varint);
        integer = fields.value;
        break;
      case 2:
        fields.expect(fixed32);
        break;
      case 4:
      case 9:
        fields.expect(lengthDelimited);
        break;
      case 5:
      case 10:
        tensor = readTensorOutline(fields.nested('tensor'), where(), limits);
        break;
      case 7:
        // Floats are single or packed; only the scales of old Upsample nodes matter here.
        if (fields.wireType !== fixed32) fields.expect(lengthDelimited);
        readFloats(fields, numbers);
        break;
      case 8:
        fields.integers((value) => {
          if (numbers.length < numbersKept) numbers.push(value);
        });
        break;
      case 6:
      case 11:
        refuse(
          where(),
          'graphs inside nodes may run forever and are not allowed',
          'Export the model by tracing an example image, so that no control flow is left.',
        );
        break;
      case 21:
        if (fields.text() !== '') refuse(where(), 'it refers to attributes of a function');
        break;
      case 22:
      case 23:
        refuse(where(), 'sparse tensors are not supported', 'Store them as dense tensors.');
    }
  }
  checkName(name, `attribute of ${where()}`);
  return [name, { integer, numbers, tensor }];
}

function readFloats({ bytes, start, end }: FieldReader, numbers: number[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = start; at + 4 <= end && numbers.length < numbersKept; at += 4)
    numbers.push(view.getFloat32(at, true));
}

// Controls, marks that turn the direction of writing, line ends: a message that shows such a name could be forged.
const steering = /[\p{Cc}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

function checkName(name: string, what: string): void {
  if (name === '') refuse(what, 'its name is empty');
  if (name.length > maxNameLength)
    refuse(`${what} ${shown(name)}`, `its name has ${name.length} characters, more than ${maxNameLength}`);
  if (steering.test(name)) refuse(`${what} ${shown(name)}`, 'its name holds control characters');
}
