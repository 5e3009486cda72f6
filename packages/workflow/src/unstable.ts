/** What the other packages of Oddpixel share with this one. It may change with any version. */
export { namingImageById } from './name-image.ts';
