/** What the other packages of Oddpixel share with this one. It may change with any version. */
export { encodeNpy } from './npy.ts';
export { readStreamBounded } from './read-bounded.ts';
export { writeFilesTogether, type FileToWrite } from './write-atomic.ts';
