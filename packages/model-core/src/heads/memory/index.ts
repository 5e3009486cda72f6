export { memory } from './memory.ts';
export { memoryParameters, type MemoryOptions, type MemoryParams } from './parameters.ts';
export { addToModel, type AddedToModel, type AddToModelOptions } from './add-to-model.ts';
export { canAddImages } from './can-add-images.ts';
