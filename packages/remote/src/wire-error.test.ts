import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as contract from '@oddpixel/contract';
import {
  BackendError,
  FileError,
  LimitExceededError,
  OddpixelError,
  ParameterError,
} from '@oddpixel/contract';
import * as own from './errors.ts';
import { ConnectionClosedError, RemoteError } from './errors.ts';
import { fromWire, toWire, type WireError } from './wire-error.ts';

/** As the channel does it. */
const crossed = (error: unknown): Error => fromWire(structuredClone(toWire(error)));

type ErrorClass = new (details: object) => OddpixelError;

/** Every error class that contract and this package export. */
const exported: readonly unknown[] = [...Object.values(contract), ...Object.values(own)];
const classes = exported.filter(
  (value): value is ErrorClass => typeof value === 'function' && value.prototype instanceof OddpixelError,
);

/** Whatever any of the classes needs, so that one arbitrary serves all. */
const details = fc.record(
  {
    name: fc.string(),
    expected: fc.string(),
    received: fc.oneof(fc.string(), fc.integer()),
    kind: fc.constantFrom('input', 'output'),
    known: fc.array(fc.string()),
    missing: fc.boolean(),
    backend: fc.string(),
    operation: fc.constantFrom('read', 'write', 'list'),
    reason: fc.string(),
    owner: fc.string(),
    what: fc.string(),
    where: fc.string(),
    problem: fc.string(),
    imageId: fc.integer(),
    opset: fc.integer(),
    supported: fc.string(),
    operator: fc.string(),
    node: fc.string(),
    epoch: fc.integer(),
    error: fc.double(),
    bestError: fc.option(fc.double(), { nil: undefined }),
    file: fc.option(fc.string(), { nil: undefined }),
    limit: fc.integer(),
    unit: fc.string(),
    path: fc.string(),
    problems: fc.array(fc.string(), { maxLength: 12 }),
    peer: fc.string(),
    request: fc.string(),
    message: fc.string(),
    fix: fc.option(fc.string(), { nil: undefined }),
  },
  { noNullPrototype: true },
);

test('the classes of the contract are found', () => {
  expect(classes.length).toBeGreaterThan(15);
});

test.each(classes.map((errorClass) => [errorClass.name, errorClass] as const))(
  '%s crosses with class, name, message and details',
  (_, errorClass) => {
    fc.assert(
      fc.property(details, (given) => {
        const error = new errorClass(given);
        const received = crossed(error);
        expect(received).toBeInstanceOf(errorClass);
        expect(received).toMatchObject({ name: error.name, message: error.message, code: error.code });
        expect((received as OddpixelError).details).toEqual(error.details);
        expect(Object.keys(received).toSorted()).toEqual(Object.keys(error).toSorted());
      }),
    );
  },
);

test('an error with any code and details keeps the message that was sent', () => {
  const codes = fc.oneof(
    fc.string(),
    fc.constantFrom('__proto__', 'constructor', 'DATASET', 'UNKNOWN_NAME', 'TRAINING_DIVERGED', 'BACKEND'),
  );
  const wire: fc.Arbitrary<WireError> = fc.record(
    { name: fc.string(), message: fc.string(), code: codes, details: fc.object() },
    { requiredKeys: ['name', 'message'] },
  );
  fc.assert(
    fc.property(wire, (sent) => {
      const received = fromWire(structuredClone(sent));
      expect(received).toBeInstanceOf(OddpixelError);
      expect(received.message).toBe(sent.message);
    }),
  );
});

test('causes cross with their classes', () => {
  const read = new FileError({ path: 'a.onnx', operation: 'read', reason: 'no such file' });
  const { cause } = crossed(
    new BackendError({ backend: 'b', operation: 'load', reason: 'no model' }, { cause: read }),
  );
  expect(cause).toBeInstanceOf(FileError);
  expect(cause).toMatchObject({ message: read.message, details: read.details });
});

test('an error that is its own cause crosses', () => {
  const error = new Error('round');
  error.cause = error;
  expect(crossed(error).message).toBe('round');
});

test('an error of no known class keeps its name, message, code and details', () => {
  class CameraError extends OddpixelError<{ problem: string }> {
    readonly code = 'CAMERA';
  }
  const received = crossed(new CameraError('No camera.', { problem: 'none' }));
  expect(received).toBeInstanceOf(RemoteError);
  expect(received).toMatchObject({
    name: 'CameraError',
    message: 'No camera.',
    details: { code: 'CAMERA', details: { problem: 'none' } },
  });
  const plain = crossed(new RangeError('out of range'));
  expect(plain).toBeInstanceOf(RemoteError);
  expect(String(plain)).toBe('RangeError: out of range');
});

test('a DOMException keeps its class and name', () => {
  const received = crossed(new DOMException('The model was replaced.', 'AbortError'));
  expect(received).toBeInstanceOf(DOMException);
  expect(String(received)).toBe('AbortError: The model was replaced.');
});

test.each([
  ['a string', 'no disk', 'no disk'],
  ['a number', 7, '7'],
  ['undefined', undefined, 'undefined'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['an object without a prototype', Object.create(null), 'something was thrown that is no error'],
])('thrown as %s: an error says it', (_, thrown, message) => {
  const received = crossed(thrown);
  expect(received).toBeInstanceOf(RemoteError);
  expect(received.message).toBe(message);
});

test('the stack of an error does not cross', () => {
  const sent = toWire(new LimitExceededError({ what: 'File', limit: 1, received: 2, unit: 'bytes' }));
  expect(JSON.stringify(sent)).not.toContain('wire-error.test');
  expect(crossed(new ParameterError({ name: 'n', expected: 'a', received: 'b' })).stack).toBeDefined();
});

test('ConnectionClosedError names the peer, the request and the reason', () => {
  const error = new ConnectionClosedError({
    peer: 'the worker',
    request: 'train',
    reason: 'its thread has ended',
  });
  expect(error.message).toBe(
    'Expected an answer to `train` from the worker, which can answer no more: its thread has ended. Connect again; what was running there is lost.',
  );
});
