/**
 * The one door between the bytes of a model and an engine. Code that passes bytes to an engine calls it first; the
 * engine itself trusts them. What it refuses is listed in SECURITY.md.
 */
import { defaultReadLimits, type ReadLimits } from '../limits.ts';
import { checkStructure } from '../validate.ts';
import { standardDomain } from './operators.ts';
import { readGraphOutline, type GraphOutline } from './outline.ts';
import { refuse, shown } from './refuse.ts';
import { checkSizes } from './sizes.ts';
import { FieldReader, varint } from './wire.ts';

/**
 * Checks that bytes may go to an engine.
 *
 * @throws ModelFormatError naming what is wrong, where, and what to do.
 */
export function checkModelBytes(bytes: Uint8Array): void {
  outlineOf(bytes);
}

/**
 * Checks that bytes are one plain ONNX graph: complete, acyclic, with unique names, of known operators, without
 * functions, nested graphs or other files, and without giant tensors out of a few numbers. The time is linear in the
 * number of nodes and names; tensors are not copied.
 *
 * @returns what the graph declares.
 * @throws ModelFormatError
 */
export function outlineOf(bytes: Uint8Array, limits: ReadLimits = defaultReadLimits): GraphOutline {
  if (bytes.length > limits.maxFileBytes)
    refuse('file', `${bytes.length} bytes, more than the limit of ${limits.maxFileBytes}`);
  if (isOrtFormat(bytes))
    refuse('file', 'it is in ONNX Runtime’s own format', 'Use the .onnx file that it was made from.');
  const fields = new FieldReader(bytes, { start: 0, end: bytes.length }, 'model');
  let graph: GraphOutline | undefined;
  const opsets: number[] = [];
  const keys = new Set<string>();
  while (fields.next()) {
    switch (fields.field) {
      case 1:
        fields.expect(varint);
        checkIrVersion(fields.value);
        break;
      case 7:
        if (graph !== undefined) refuse('graph', 'the model has two graphs');
        graph = readGraphOutline(fields.nested('graph'), limits);
        break;
      case 8:
        opsets.push(...readStandardOpset(fields.nested('operator set')));
        break;
      case 14:
        addKey(keys, fields.nested('metadata entry'));
        break;
      case 20:
        refuse('training_info', 'graphs for training are not supported');
        break;
      case 25:
        refuse(
          'functions',
          'model-local functions are not supported',
          'Export the model with functions inlined (PyTorch: `dynamo=False`; or onnx.inliner).',
        );
    }
  }
  if (graph === undefined) return refuse('graph', 'the model has no graph');
  const [opset = 0] = opsets;
  if (opsets.length !== 1 || opset < 1 || opset > 1000)
    refuse('opset_import', 'expected exactly one version of the standard operator set');
  const nodes = checkStructure({
    inputs: graph.inputs.map(({ name }) => name),
    outputs: graph.outputs.map(({ name }) => name),
    initializers: graph.initializers.map(({ name }) => name),
    nodes: graph.nodes,
  });
  checkSizes({ ...graph, nodes }, bytes);
  return graph;
}

/** The engine takes such bytes for a file of its own format, whatever they are as ONNX. */
function isOrtFormat(bytes: Uint8Array): boolean {
  return [...'ORTM'].every((letter, i) => bytes[4 + i] === letter.charCodeAt(0));
}

/** Versions 3 (2017) to 20, which leaves room for a few years. */
function checkIrVersion(version: number): void {
  if (version < 3 || version > 20) refuse('ir_version', `expected 3 to 20, found ${version}`);
}

/** Two readers could choose differently between two manifests. */
function addKey(keys: Set<string>, entry: FieldReader): void {
  let key = '';
  while (entry.next()) if (entry.field === 1) key = entry.text();
  if (keys.has(key)) refuse(`metadata ${shown(key)}`, 'it occurs twice');
  keys.add(key);
}

function readStandardOpset(fields: FieldReader): number[] {
  let domain = '';
  let version = 0;
  while (fields.next()) {
    if (fields.field === 1) domain = fields.text();
    if (fields.field !== 2) continue;
    fields.expect(varint);
    version = fields.value;
  }
  return standardDomain(domain) === '' ? [version] : [];
}
