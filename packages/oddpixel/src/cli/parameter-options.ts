/** Options of the command line made from parameters: name, range, default and help are stated once, in the schema. */
import { Option } from 'commander';
import {
  type NumberRange,
  type OptionalNumberParameter,
  type Parameter,
  type ParameterSchema,
  describeRange,
} from '@oddpixel/contract';
import { isAllowed } from '@oddpixel/contract/unstable';
import { flagOf } from './flag-names.ts';
import { UsageError } from './outcome.ts';

/** @param scope what it belongs to, printed before its description, for example a head */
export function parameterOption(
  name: string,
  parameter: Parameter | OptionalNumberParameter,
  scope?: string,
): Option {
  const description = scope === undefined ? parameter.about : `${scope}: ${parameter.about}`;
  const flag = flagOf(name);
  if (parameter.type === 'choice') {
    return new Option(`${flag} <choice>`, description).choices(parameter.choices).default(parameter.default);
  }
  if (parameter.type === 'switch') return new Option(flag, description).default(parameter.default);
  const option = new Option(`${flag} <${parameter.type === 'integer' ? 'n' : 'number'}>`, description);
  return option
    .default('default' in parameter ? parameter.default : undefined)
    .argParser(numberIn(flag, parameter));
}

/** Reads a number in the range. @throws UsageError that names the option */
export function numberIn(flag: string, range: NumberRange): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (isAllowed(range, value)) return value;
    throw new UsageError(`${flag}: expected ${describeRange(range)}, received "${text}"`);
  };
}

/** The values that options have for the parameters of a schema. */
export function parameterValues(schema: ParameterSchema, options: object): Record<string, unknown> {
  const given = options as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.keys(schema).map((name) => [name, given[new Option(flagOf(name)).attributeName()]]),
  );
}
