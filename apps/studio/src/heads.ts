/** The heads that Studio offers, with the texts shown for each. Another head is another entry here and in the worker. */
import { memoryParameters, studentParameters } from '@oddpixel/model-core/heads';

/** The parameters that are offered; their defaults and meanings are those of the heads. */
export const amountParameters = {
  numRows: memoryParameters.numRows,
  maxNumEpochs: studentParameters.maxNumEpochs,
} as const;

type Amount = keyof typeof amountParameters;

export type Amounts = Readonly<Record<Amount, number>>;

export const defaultAmounts: Amounts = {
  numRows: amountParameters.numRows.default,
  maxNumEpochs: amountParameters.maxNumEpochs.default,
};

interface OfferedAmount {
  /** Times the default. */
  readonly factor: number;
  readonly hint: string;
}

interface OfferedHead {
  readonly title: string;
  readonly hint: string;
  readonly amount: Amount;
  readonly legend: string;
  /** What the amount counts, in the plural. */
  readonly unit: string;
  readonly values: readonly OfferedAmount[];
}

export const heads = {
  memory: {
    title: 'Memory',
    hint: 'Remembers patches of the good images. Ready in one pass, and can be corrected image by image.',
    amount: 'numRows',
    legend: 'Size of the memory',
    unit: 'patches',
    values: [
      { factor: 1 / 8, hint: 'quick' },
      { factor: 1 / 4, hint: 'balanced' },
      { factor: 1, hint: 'thorough; the default' },
    ],
  },
  student: {
    title: 'Student',
    hint: 'A small network learns the features of good images, epoch by epoch. Smaller and faster in use.',
    amount: 'maxNumEpochs',
    legend: 'Length of the training',
    unit: 'epochs',
    values: [
      { factor: 1 / 3, hint: 'quick' },
      { factor: 1, hint: 'the default' },
      { factor: 2, hint: 'thorough' },
    ],
  },
} as const satisfies Readonly<Record<string, OfferedHead>>;

export type HeadName = keyof typeof heads;

export const headNames = Object.keys(heads) as readonly HeadName[];

export const defaultHead: HeadName = 'memory';

/** The values that a head offers for its amount, as a person reads them. */
export function offeredValues(
  head: HeadName,
): readonly { readonly value: number; readonly title: string; readonly hint: string }[] {
  const { amount, unit, values } = heads[head];
  return values.map(({ factor, hint }) => {
    const value = Math.round(factor * defaultAmounts[amount]);
    return { value, title: `${value.toLocaleString('en')} ${unit}`, hint };
  });
}

/** The amounts of an earlier visit; one that is no longer offered becomes the default. */
export function offeredAmounts(amounts: Amounts): Amounts {
  const known = { ...amounts };
  for (const head of headNames) {
    const { amount } = heads[head];
    if (!offeredValues(head).some(({ value }) => value === amounts[amount])) {
      known[amount] = defaultAmounts[amount];
    }
  }
  return known;
}
