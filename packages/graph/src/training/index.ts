/** Training networks whose steps are graphs: layers, optimizers, the session that runs steps, epochs. */
export * from './epochs/index.ts';
export * from './layers/index.ts';
export * from './optimizer/index.ts';
export { outputData } from './output-data.ts';
