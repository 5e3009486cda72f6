/** Files of a browser: chosen, dropped, or kept for this site. */
export { opfsStore } from './opfs-store.ts';
export { directorySource, droppedSource, fileListSource } from './sources.ts';
