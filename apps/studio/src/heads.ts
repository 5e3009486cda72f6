/** The heads that Studio offers, and what a person reads of each. One more is one more entry here and in the worker. */

interface OfferedHead {
  readonly title: string;
  readonly hint: string;
  /** The parameter that is offered, and its values. */
  readonly amount: 'numRows' | 'maxNumEpochs';
  readonly legend: string;
  readonly values: readonly { readonly value: number; readonly title: string; readonly hint: string }[];
}

export const heads = {
  memory: {
    title: 'Memory',
    hint: 'Remembers patches of the good images. Ready in one pass, and can be corrected image by image.',
    amount: 'numRows',
    legend: 'Memory',
    values: [
      { value: 500, title: '500 patches', hint: 'quick' },
      { value: 1000, title: '1,000 patches', hint: 'balanced' },
      { value: 4000, title: '4,000 patches', hint: 'thorough' },
    ],
  },
  student: {
    title: 'Student',
    hint: 'A small network learns the features of good images, epoch by epoch. Smaller and faster in use.',
    amount: 'maxNumEpochs',
    legend: 'Maximum number of epochs',
    values: [
      { value: 10, title: '10', hint: '' },
      { value: 20, title: '20', hint: '' },
      { value: 60, title: '60', hint: '' },
    ],
  },
} as const satisfies Readonly<Record<string, OfferedHead>>;

export type HeadName = keyof typeof heads;

export const headNames = Object.keys(heads) as readonly HeadName[];

export const defaultHead: HeadName = 'memory';
