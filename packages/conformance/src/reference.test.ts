import { referenceBackend } from '@oddpixel/model-core/onnx/reference';
import { testBackend } from './vitest.ts';

testBackend(referenceBackend());
