import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ParameterError } from './errors.ts';
import type { ParameterSchema } from './parameter-schema.ts';
import { checkParameter, fillParameters, isAllowed } from './parameters.ts';

const schema = {
  rows: { type: 'integer', default: 40, min: 1, max: 100, about: 'rows' },
  share: { type: 'number', default: 0.1, above: 0, max: 1, about: 'share' },
  rate: { type: 'number', default: 0.5, above: 0, below: 1, about: 'rate' },
  noise: { type: 'number', default: 0, min: 0, about: 'noise' },
  kind: { type: 'choice', default: 'one', choices: ['one', 'two'], about: 'kind' },
  flip: { type: 'switch', default: false, about: 'flip' },
} as const satisfies ParameterSchema;

test('absent and undefined parameters take their defaults', () => {
  expect(fillParameters(schema, { rows: 7, kind: undefined })).toEqual({
    rows: 7,
    share: 0.1,
    rate: 0.5,
    noise: 0,
    kind: 'one',
    flip: false,
  });
});

test.each([
  [{ rows: 0 }, 'rows', 'a whole number from 1 to 100', '0'],
  [{ rows: 1.5 }, 'rows', 'a whole number from 1 to 100', '1.5'],
  [{ share: 0 }, 'share', 'a number above 0, at most 1', '0'],
  [{ rate: 1 }, 'rate', 'a number above 0 and below 1', '1'],
  [{ noise: -1 }, 'noise', 'a number from 0', '-1'],
  [{ noise: Number.NaN }, 'noise', 'a number from 0', 'NaN'],
  [{ noise: Infinity }, 'noise', 'a number from 0', 'Infinity'],
  [{ kind: 'three' }, 'kind', "'one' or 'two'", '"three"'],
  [{ flip: 1 }, 'flip', 'true or false', '1'],
  [{ flip: null }, 'flip', 'true or false', 'null'],
  [{ rows: '5' }, 'rows', 'a whole number from 1 to 100', '"5"'],
  [{ rowz: 5 }, 'rowz', 'one of rows, share, rate, noise, kind, flip', 'the unknown parameter `rowz`'],
])('%j throws a ParameterError that names the parameter, its range and the value', (options, ...details) => {
  let thrown: unknown;
  try {
    fillParameters(schema, options as object);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ParameterError);
  const { name, expected, received } = (thrown as ParameterError).details;
  expect([name, expected, received]).toEqual(details);
});

test('limits that belong to a range are allowed, others are not', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const closed = { type: 'number', default: 0, min: low, max: high, about: '' } as const;
      const open = { type: 'number', default: 0, above: low, below: high, about: '' } as const;
      expect([low, high].map((value) => isAllowed(closed, value))).toEqual([true, true]);
      expect([low, high].map((value) => isAllowed(open, value))).toEqual([false, false]);
    }),
  );
});

test('only multiples are allowed if a parameter has a step', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 64 }), (value, multipleOf) => {
      const range = { type: 'integer', min: 1, multipleOf } as const;
      expect(isAllowed(range, value)).toBe(Number.isInteger(value / multipleOf));
    }),
  );
});

test.each([
  [{ count: 2 }, [1, 2], true],
  [{ count: 2 }, [1, 2, 3], false],
  [{ count: 'perChannel' }, [1, 2, 3], true],
  [{ count: 2, ascending: true }, [2, 1], false],
  [{ count: 2, ascending: true }, [1, 1], false],
  [{ count: 2, above: 0 }, [1, 0], false],
  [{ count: 2 }, [1, Number.NaN], false],
  [{ count: 2 }, ['1', '2'], false],
  [{ count: 2 }, 1, false],
] as const)('numbers %j: %j is allowed: %s', (range, value, allowed) => {
  expect(isAllowed({ type: 'numbers', ...range }, value)).toBe(allowed);
});

test('numbers that are not allowed throw a ParameterError that says how many are expected', () => {
  expect(() => checkParameter('range', { type: 'numbers', count: 2, ascending: true }, [1])).toThrow(
    'Expected 2 ascending numbers for `range`, received [1].',
  );
});
