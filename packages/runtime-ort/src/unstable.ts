/** What the other packages of Oddpixel share with this one. It may change with any version. */
export { reasonOf } from './ort/ort-backend.ts';
export { proveThatItComputes } from './prove.ts';
