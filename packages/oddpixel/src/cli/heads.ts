/** The heads that the command line offers. One more is one more line here. */
import {
  gaussian,
  gaussianParameters,
  memory,
  memoryParameters,
  student,
  studentParameters,
} from '@oddpixel/model-core/heads';
import type { Head } from '@oddpixel/model-core/train';
import type { ParameterSchema } from '@oddpixel/contract';

interface OfferedHead {
  readonly create: (params: object) => Head;
  readonly parameters: ParameterSchema;
  /** Learns epoch by epoch, so that it can be continued from a checkpoint. */
  readonly byEpochs?: boolean;
}

export const heads: Readonly<Record<string, OfferedHead>> = {
  memory: { create: memory, parameters: memoryParameters },
  gaussian: { create: gaussian, parameters: gaussianParameters },
  student: { create: student, parameters: studentParameters, byEpochs: true },
};

export const defaultHead = 'memory';
