/** The outputs that a model of ours has, looked up by name: a damaged file may lack them. */
import { ModelFormatError } from '@oddpixel/contract';
import type { Value } from '@oddpixel/graph';

export function namedOutput(outputs: Readonly<Record<string, Value | undefined>>, name: string): Value {
  const value = outputs[name];
  if (value !== undefined) return value;
  throw new ModelFormatError({ where: 'graph outputs', problem: `there is no output \`${name}\`` });
}
