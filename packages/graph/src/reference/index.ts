/** The slow readable interpreter: one file per operator family. */
export { isKnownOperator, runGraph, runNode, type RunGraphOptions } from './interpreter.ts';
export { referenceBackend, type ReferenceBackendOptions } from './reference-backend.ts';
export type { Precision } from './value.ts';
