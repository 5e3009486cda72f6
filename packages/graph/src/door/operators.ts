/** Operators that a model may use: those that compute tensors from tensors in a time that the graph bounds. */
import { refuse, shown } from './refuse.ts';

/** Operators with a graph inside, which runs as often as it likes. */
const withGraphs: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan', 'SequenceMap']);

/**
 * What quantizers and optimizers of ONNX Runtime write into published networks. Others of that domain read files
 * (`EPContext`), call programs (`PythonOp`) or run graphs of their own (`BeamSearch`).
 */
const ofMicrosoft: ReadonlySet<string> = new Set(
  (
    'Attention BiasAdd BiasGelu BiasSplitGelu DequantizeLinear DynamicQuantizeMatMul FastGelu FusedConv FusedGemm ' +
    'FusedMatMul FusedMatMulActivation Gelu GridSample GroupNorm MatMulIntegerToFloat MatMulNBits ' +
    'MultiHeadAttention NhwcMaxPool QAttention QGemm QLinearAdd QLinearAveragePool QLinearConcat ' +
    'QLinearGlobalAveragePool QLinearLeakyRelu QLinearMul QLinearReduceMean QLinearSigmoid QLinearSoftmax ' +
    'QLinearWhere QuantizeLinear QuickGelu SkipGroupNorm SkipLayerNormalization'
  ).split(' '),
);

/** The name of the standard domain as operators state it. */
export function standardDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

/** @throws ModelFormatError for operators that may not run. */
export function checkOperator(opType: string, domain: string, where: () => string): void {
  if (opType === '') refuse(where(), 'it names no operator');
  if (domain === '') {
    if (withGraphs.has(opType))
      refuse(
        where(),
        'operators with graphs inside (If, Loop, Scan) may run forever and are not allowed',
        'Export the model by tracing an example image, so that no control flow is left.',
      );
    return;
  }
  if (domain === 'com.microsoft' && ofMicrosoft.has(opType)) return;
  refuse(
    where(),
    `operators of the domain ${shown(domain)} other than a few of com.microsoft are not allowed`,
    'Export the model with standard ONNX operators (domain ai.onnx) alone.',
  );
}
