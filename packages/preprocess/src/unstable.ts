/** What the other packages of Oddpixel share with this one. It may change with any version. */
export { lossyMaskWarning } from './mask.ts';
export { decodeNotes, decodeSample, encodeSample, type SampleNote } from './sample-bytes.ts';
