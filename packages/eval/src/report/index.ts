/** The HTML report, the pictures of its gallery, and the words of a threshold's claim. */
export {
  drawGalleryItem,
  drawingRange,
  type EncodePicture,
  type GallerySource,
} from './draw-gallery-item.ts';
export { renderReport } from './render-report.ts';
export type { GalleryItem, ReportData } from './report-data.ts';
export { describeStatement } from './statement.ts';
