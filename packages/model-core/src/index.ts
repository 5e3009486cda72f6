/** The contract and the model: what an inference program needs. */
export * from '@oddpixel/contract';
export * from './model/index.ts';
