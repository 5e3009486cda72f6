/** The HTML report and the words of a threshold's claim. */
export { renderReport } from './render-report.ts';
export type { GalleryItem, ReportData } from './report-data.ts';
export { describeStatement } from './statement.ts';
