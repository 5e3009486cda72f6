import { expect, test } from 'vitest';
import { BackendError, DisposedError, ForeignTensorError } from '@oddpixel/contract';
import { ConnectionClosedError, RemoteError } from '@oddpixel/remote';
import { ownError } from './own-error.ts';

test('an error that names the remote backend is renamed to the one at this end', () => {
  const cause = new Error('driver');
  const error = ownError(
    'mine:worker',
    new BackendError(
      { backend: 'mine', operation: 'run', reason: 'out of memory', fix: 'Use less.' },
      { cause },
    ),
  );
  expect(error).toBeInstanceOf(BackendError);
  expect(error.message).toBe('Backend `mine:worker` failed to run: out of memory. Use less.');
  expect(error.cause).toBe(cause);
  const foreign = ownError(
    'mine:worker',
    new ForeignTensorError({ name: 'x', owner: 'gpu', backend: 'mine' }),
  );
  expect(foreign).toBeInstanceOf(ForeignTensorError);
  expect(foreign.message).toBe(
    'Input `x` holds a tensor of `gpu`, but this session belongs to `mine:worker`. Call read() on it and pass the host tensor.',
  );
});

test('an error of the contract that names no backend stays as it is', () => {
  const error = new DisposedError({ what: 'A session' });
  expect(ownError('mine:worker', error)).toBe(error);
});

test.each([
  [
    'the end of the other side',
    new ConnectionClosedError({ peer: 'p', request: 'run', reason: 'it is gone' }),
    'it is gone',
  ],
  ['an error of nobody', new RemoteError({ name: 'RangeError', message: 'no memory' }), 'no memory'],
  ['an error of this end', new DOMException('not cloned', 'DataCloneError'), 'not cloned'],
  ['what is no error', 'odd', 'odd'],
])('%s becomes a BackendError', (_, thrown, reason) => {
  const error = ownError('mine:worker', thrown);
  expect(error).toBeInstanceOf(BackendError);
  expect(error.details).toEqual({ backend: 'mine:worker', operation: 'answer', reason });
});
