import { fillParameters } from '@oddpixel/contract';
import type { Head } from '../../train/head.ts';
import { fitStudent } from './fit-student.ts';
import { type StudentOptions, studentParameters } from './parameters.ts';

/**
 * The student head: see README.md beside this file.
 *
 * @throws ParameterError
 */
export function student(options: StudentOptions = {}): Head {
  const params = fillParameters(studentParameters, options);
  return {
    type: 'student',
    parameters: { ...params },
    needsValidation: true,
    fit: (backbone, samples, fitOptions) => fitStudent(backbone, samples, params, fitOptions),
  };
}
