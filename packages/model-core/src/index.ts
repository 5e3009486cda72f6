/** The contract and the model: what an inference program needs. */
export * from './contract/index.ts';
export * from './model/index.ts';
