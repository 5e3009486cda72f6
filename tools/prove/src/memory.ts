/** Whether memory stays flat: what the process holds after a warm-up, and at the end. */

export interface FlatMemory {
  /** To be called after each round. */
  note(): void;
  /** @throws Error if the process has grown by more than `allowedBytes` since the warm-up. */
  check(): void;
}

/** @param warmUp rounds after which caches and pools of the engine are filled */
export function flatMemory(warmUp: number, allowedBytes: number): FlatMemory {
  let rounds = 0;
  let before: number | undefined;
  const held = (): number => {
    globalThis.gc?.();
    return process.memoryUsage.rss();
  };
  return {
    note() {
      if (++rounds === warmUp) before = held();
    },
    check() {
      if (before === undefined) return;
      const grown = held() - before;
      if (grown <= allowedBytes) return;
      throw new Error(
        `memory grew by ${grown} bytes in ${rounds - warmUp} rounds; allowed are ${allowedBytes}`,
      );
    },
  };
}
