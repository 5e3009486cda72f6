/** What the other packages of Oddpixel share with this one. It may change with any version. */
export { copyNumbers, joinBytes } from './bytes.ts';
export { disjointSets, type DisjointSets } from './disjoint-sets.ts';
export { canHash } from './hash.ts';
export { cameraRange, imageForm, usedGrayRange } from './image-form.ts';
export { describeValue } from './parameter-words.ts';
export { checkNames, isAllowed } from './parameters.ts';
export { mixBits } from './random.ts';
export { remarkOnFiles } from './remark.ts';
export { sha256 } from './sha256.ts';
export { checkStoreKey } from './store-key.ts';
export { inBatches, mapOrdered } from './streams.ts';
export { allDTypes, allFinite, allocate, bytesPerElement, describeTensor, elementCount } from './tensor.ts';
