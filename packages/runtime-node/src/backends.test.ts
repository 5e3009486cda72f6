import { describe, expect, test } from 'vitest';
import { testBackend } from '@oddpixel/conformance/vitest';
import { BackendUnavailableError, hostTensor, ParameterError, selectBackend } from '@oddpixel/contract';
import { GraphBuilder, matmul, writeGraph } from '@oddpixel/graph';
import { coreml, cpu, cpuPool, cuda, dml, inWorker, listDevices } from './index.ts';

testBackend(cpu({ threads: 2 }));
testBackend(inWorker({ device: 'cpu', threads: 1 }));
testBackend(cpuPool({ threads: 2 }));

/** WebGPU, which may run in software, is tested in a process of its own: see webgpu.test.ts. */
for (const factory of [cuda(), dml(), coreml()]) {
  const reason = await factory.open().then(
    async (backend) => void (await backend.dispose()),
    (error: unknown) => String(error),
  );
  describe.skipIf(reason !== undefined)(
    reason === undefined ? 'a device that is here' : `skipped: ${reason}`,
    () => void testBackend(factory),
  );
}

describe('devices that are not there', () => {
  test('throw with the reason and a fix', async () => {
    for (const factory of [cuda(), dml()]) {
      const error = await factory.open().then(
        async (backend) => backend.dispose(),
        (reason: unknown) => reason,
      );
      // On a machine that has it, there is nothing to say.
      if (error === undefined) continue;
      expect(error).toBeInstanceOf(BackendUnavailableError);
      expect(String(error)).toMatch(/not available: .+\. .+/);
    }
  });

  test('are skipped visibly', async () => {
    const { backend, rejected } = await selectBackend([dml(), cpu()]);
    if (process.platform !== 'win32') expect(rejected.map(({ name }) => name)).toEqual(['ort-node:dml']);
    expect(backend.capabilities.deterministic).toBe(true);
    await backend.dispose();
  });

  test('are listed with a reason', async () => {
    const devices = await listDevices();
    expect(devices.find(({ name }) => name === 'ort-node:cpu')).toMatchObject({ available: true });
    for (const { available, reason } of devices) expect(available).toBe(reason === undefined);
  });
});

test('need a whole number of threads', () => {
  expect(() => cpu({ threads: 0 })).toThrow(ParameterError);
  expect(() => cpuPool({ threads: 1.5 })).toThrow(ParameterError);
});

test('a pool runs on all threads with the same values and can be disposed', async () => {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', [3, 5]);
  g.output('y', matmul(x, g.constant(hostTensor('float32', [5, 2], new Float32Array(10).fill(0.5)))));
  const model = writeGraph(g.build());
  const feeds = {
    x: hostTensor(
      'float32',
      [3, 5],
      Float32Array.from({ length: 15 }, (_, i) => i),
    ),
  };
  const backend = await cpuPool({ threads: 2 }).open();
  const sessions = await Promise.all(
    [{}, { oneByOne: true }, { oneByOne: true }].map((options) => backend.createSession(model, options)),
  );
  const outputs = await Promise.all(sessions.map((session) => session.run(feeds)));
  expect(outputs[0]?.['y']).toMatchObject({ dims: [3, 2] });
  expect(outputs.map(({ y }) => y)).toEqual(outputs.map(() => outputs[0]?.['y']));
  await backend.dispose();
  for (const session of sessions) await expect(session.run(feeds)).rejects.toThrow(/dispose/);
  await expect(backend.createSession(model, { oneByOne: true })).rejects.toThrow(/dispose/);
});

test('a worker leaves the main thread free while a graph runs', async () => {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', [512, 512]);
  let y = x;
  for (let i = 0; i < 60; i++) y = matmul(y, x);
  g.output('y', y);
  const backend = await inWorker({ device: 'cpu', threads: 1 }).open();
  const session = await backend.createSession(writeGraph(g.build()));
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  await session.run({ x: hostTensor('float32', [512, 512], new Float32Array(512 * 512)) });
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(3);
  await backend.dispose();
});
