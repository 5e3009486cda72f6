/** The heads that come with the product; each is a value for `createTrainParams` and `trainFromDataset`. */
export * from './gaussian/index.ts';
export * from './memory/index.ts';
export * from './student/index.ts';
