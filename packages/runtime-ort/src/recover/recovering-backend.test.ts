import { describe, expect, test } from 'vitest';
import { testBackend } from '@oddpixel/conformance/vitest';
import { BackendError, hostTensor, isHostTensor, type Backend, type Tensor } from '@oddpixel/contract';
import { GraphBuilder, mul, writeGraph } from '@oddpixel/graph';
import { referenceBackend } from '@oddpixel/graph/reference';
import { recoveringBackend } from '../index.ts';

describe('as long as the device lives', () => {
  testBackend({
    name: 'recovering',
    open: () =>
      recoveringBackend({
        open: async () => ({ backend: await referenceBackend().open(), lost: new Promise(() => {}) }),
      }),
  });
});

const g = new GraphBuilder();
g.output('y', mul(g.input('x', 'float32', [2, 3]), 2));
const model = writeGraph(g.build());
const x = hostTensor('float32', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6));

/** A device that can be taken away: its runs fail from then on, as an engine's do. */
function mortal(): {
  open: () => Promise<{ backend: Backend; lost: Promise<string> }>;
  kill(): void;
  opened: number;
} {
  const device = { opened: 0, kill: (): void => {}, open };
  async function open(): Promise<{ backend: Backend; lost: Promise<string> }> {
    device.opened++;
    let dead = false;
    const inner = await referenceBackend().open();
    const lost = new Promise<string>((resolve) => {
      device.kill = (): void => {
        dead = true;
        resolve('taken away');
      };
    });
    const backend: Backend = {
      ...inner,
      async createSession(bytes, { keepOnDevice = [] } = {}) {
        const session = await inner.createSession(bytes);
        return {
          ...session,
          async run(feeds) {
            if (dead)
              throw new BackendError({ backend: 'mortal', operation: 'run the graph', reason: 'dead' });
            const outputs = await session.run(feeds);
            if (keepOnDevice.length === 0) return outputs;
            const { y } = outputs;
            if (y === undefined || !isHostTensor(y)) return outputs;
            const kept: Tensor = { ...y, location: 'gpu', read: () => Promise.resolve(y), dispose: () => {} };
            return { y: kept };
          },
        };
      },
    };
    return { backend, lost };
  }
  return device;
}

describe('after the loss of the device', () => {
  test('the next run opens another one, once, and gives the same values', async () => {
    const device = mortal();
    const reasons: string[] = [];
    const backend = await recoveringBackend({ open: device.open, onLost: (reason) => reasons.push(reason) });
    const sessions = await Promise.all([backend.createSession(model), backend.createSession(model)]);
    device.kill();
    const outputs = await Promise.all(
      sessions.flatMap((session) => [session.run({ x }), session.run({ x })]),
    );
    for (const { y } of outputs) expect(y).toMatchObject({ data: Float32Array.of(2, 4, 6, 8, 10, 12) });
    expect(device.opened).toBe(2);
    expect(reasons).toEqual(['taken away']);
    device.kill();
    await sessions[0].run({ x });
    expect(device.opened).toBe(3);
    await backend.dispose();
    await expect(sessions[0].run({ x })).rejects.toThrow(/dispose/);
  });

  test('a run in progress is repeated', async () => {
    const device = mortal();
    const backend = await recoveringBackend({ open: device.open });
    const session = await backend.createSession(model);
    const running = session.run({ x });
    device.kill();
    expect((await running)['y']).toMatchObject({ dims: [2, 3] });
    await backend.dispose();
  });

  test('a tensor that was kept on it throws an error that says so', async () => {
    const device = mortal();
    const backend = await recoveringBackend({ open: device.open });
    const session = await backend.createSession(model, { keepOnDevice: ['y'] });
    const { y } = await session.run({ x });
    device.kill();
    await expect(session.run({ x: y as Tensor })).rejects.toThrow(
      /`x` was on the device that was lost \(taken away\)\. Start again/,
    );
    await backend.dispose();
  });

  test('if no device comes back, each run fails with the reason and the next one tries again', async () => {
    const device = mortal();
    let there = true;
    const backend = await recoveringBackend({
      open: () => (there ? device.open() : Promise.reject(new Error('no adapter'))),
    });
    const session = await backend.createSession(model);
    device.kill();
    there = false;
    for (let i = 0; i < 2; i++) {
      await expect(session.run({ x })).rejects.toThrow('failed to get its device back: no adapter');
    }
    there = true;
    expect((await session.run({ x }))['y']).toMatchObject({ dims: [2, 3] });
    await backend.dispose();
  });
});
