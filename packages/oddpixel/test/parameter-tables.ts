/** The tables of docs/parameters.md, made from the schemas of the parameters. */
import {
  backendParameters,
  optionalPreprocessParameters,
  preprocessParameters,
  thresholdParameters,
  type OptionalParameter,
  type Parameter,
  describeRange,
} from '@oddpixel/contract';
import { carveParameters, splitParameters } from '@oddpixel/dataset';
import { evaluationParameters } from '@oddpixel/eval';
import { checkpointParameters, trainParameters } from '@oddpixel/model-core/train';
import { augmentParameters, tileParameters } from '@oddpixel/preprocess';
import { copiesParameter, inspectionParameters, trainingSplitParameters } from '@oddpixel/workflow';
import { augmentWord } from '../src/cli/augment-option.ts';
import { flagOf } from '../src/cli/flag-names.ts';
import { heads } from '../src/cli/heads.ts';

type Parameters = Readonly<Record<string, Parameter | OptionalParameter>>;

interface Rows {
  readonly of: Parameters;
  /** What they belong to: a head, a function. */
  readonly scope?: string;
  /** The option of the command line that sets the parameter, if there is one. */
  readonly option?: (name: string) => string | undefined;
}

interface Table {
  /** Heading of the column that holds the scope. */
  readonly scope?: string;
  readonly rows: readonly Rows[];
}

const none = (): undefined => undefined;

/** Options that are not made from the schema, because they set several parameters or take more than a number. */
const named =
  (options: Readonly<Record<string, string>>): ((name: string) => string | undefined) =>
  (name) =>
    options[name];

/** By the name that the markers in the page have. */
export const parameterTables: Readonly<Record<string, Table>> = {
  preprocessing: {
    rows: [
      { of: preprocessParameters, option: named({ imageWidth: '--size', imageHeight: '--size' }) },
      { of: optionalPreprocessParameters, option: named({ sourceRange: '--range' }) },
    ],
  },
  augmentation: {
    rows: [
      { of: { copies: copiesParameter }, option: () => flagOf('augmentCopies') },
      { of: augmentParameters, option: (name) => augmentWord(name) },
    ],
  },
  split: {
    scope: 'function',
    rows: [
      { of: trainingSplitParameters, scope: '`splitForTraining`', option: flagOf },
      { of: splitParameters, scope: '`splitDataset`', option: none },
      { of: carveParameters, scope: '`carveValidation`', option: none },
    ],
  },
  training: {
    scope: 'head',
    rows: [
      { of: trainParameters, scope: 'all' },
      ...Object.entries(heads).flatMap(([head, { parameters, byEpochs }]) => [
        { of: parameters, scope: `\`${head}\`` },
        ...(byEpochs === true ? [{ of: checkpointParameters, scope: `\`${head}\`` }] : []),
      ]),
    ],
  },
  threshold: {
    rows: [{ of: thresholdParameters, option: named({ classification: 'export --threshold' }) }],
  },
  evaluation: {
    rows: [{ of: evaluationParameters, option: named({ bootstrapSamples: flagOf('bootstrapSamples') }) }],
  },
  inspection: {
    rows: [
      { of: inspectionParameters, option: named({ batchSize: flagOf('batchSize') }) },
      { of: tileParameters, option: flagOf },
      { of: backendParameters, option: flagOf },
    ],
  },
};

/** A table as Markdown, without columns that would be empty. */
export function markdownTable({ scope = '', rows }: Table): string {
  const cells = [
    ['name', scope, 'default', 'range', 'unit', 'what it does', 'HALCON'],
    ...rows.flatMap((some) => Object.entries(some.of).map(([name, one]) => row(name, one, some))),
  ];
  const used = (cells[0] as string[]).map((_, column) => cells.slice(1).some((row) => row[column] !== ''));
  const [headings, ...lines] = cells.map((row) => line(row.filter((_, column) => used[column] === true)));
  return [headings, line(used.filter(Boolean).map(() => '---')), ...lines].join('\n');
}

function row(name: string, parameter: Parameter | OptionalParameter, rows: Rows): string[] {
  const option = (rows.option ?? flagOf)(name);
  const { halcon, unit } = parameter;
  return [
    option === undefined ? `\`${name}\`` : `\`${name}\` [\`${option}\`]`,
    rows.scope ?? '',
    'default' in parameter ? String(parameter.default) : '–',
    describeRange(parameter).replaceAll("'", '`'),
    unit ?? '',
    parameter.about,
    halcon === undefined ? '' : `\`${halcon}\``,
  ];
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
