/** What the other packages of Oddpixel share with this one. It may change with any version. */
export { thumbnail } from './compose.ts';
export { toRgb } from './overlay.ts';
