import { referenceBackend } from '@oddpixel/graph/reference';
import { testBackend } from './vitest.ts';

testBackend(referenceBackend());
