/** Metrics, threshold tables, colour maps and overlays. Charts and the HTML report are in `@oddpixel/eval/report`. */
export type {
  ConfusionMatrix,
  CurvePoint,
  DefectMeasures,
  EvaluatedImage,
  Evaluation,
  EvaluationParams,
  ImageMeasures,
  Interval,
  MeasureGroup,
  PixelMeasures,
  ScoreHistogram,
  ScoredImage,
  ThresholdName,
  ThresholdRow,
} from './evaluation.ts';
export { createEvaluationParams, evaluationParameters } from './evaluation-params.ts';
export { createEvaluator, type Evaluator } from './evaluator.ts';
export { serializeEvaluation, summarizeEvaluation, type EvaluationSummary } from './summary.ts';
export { colorMaps, type ColorMapName, type ColorTable } from './color-maps.ts';
export { thumbnail, tileRasters, type TileRastersOptions } from './compose.ts';
export type { Color } from './outline.ts';
export { renderMap, renderOverlay, toRgb, type DrawingRange, type OverlayOptions } from './overlay.ts';
