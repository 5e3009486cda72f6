/** The contract between the rooms. Read these short files first. */
export * from './backend.ts';
export * from './check-feeds.ts';
export * from './dataset.ts';
export * from './errors.ts';
export * from './files.ts';
export * from './hash.ts';
export * from './image.ts';
export * from './manifest.ts';
export * from './pool-backend.ts';
export * from './preprocess.ts';
export * from './region.ts';
export * from './remark.ts';
export * from './result.ts';
export * from './run-queue.ts';
export * from './select-backend.ts';
export * from './streams.ts';
export * from './tensor.ts';
