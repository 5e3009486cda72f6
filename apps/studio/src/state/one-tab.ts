/** One tab at a time works on the stored state: a second one shows that, and may take over. */
import { signal } from '@preact/signals';

export type Tab = 'asking' | 'mine' | 'elsewhere' | 'taken';

/** `elsewhere`: another tab has it, this one waits. `taken`: another tab took it from this one. */
export const tab = signal<Tab>('asking');

const lockName = 'oddpixel-studio';
/** A lock is held until its promise settles: for the life of the tab. */
const forever = (): Promise<never> => new Promise(() => undefined);

export interface TabEvents {
  readonly onMine: () => void;
  readonly onTaken: () => void;
}

/** Calls `onMine` once this tab may work: at once, or when the other tab is closed. */
export function askForTab(events: TabEvents): void {
  // Browsers without locks are older than everything else that is needed here.
  if (!('locks' in navigator)) {
    tab.value = 'mine';
    events.onMine();
    return;
  }
  void navigator.locks
    .request(lockName, { ifAvailable: true }, (lock) => {
      if (lock !== null) return hold(events);
      tab.value = 'elsewhere';
      waitForTurn(events);
      return undefined;
    })
    .catch(() => lose(events));
}

function waitForTurn(events: TabEvents): void {
  navigator.locks
    .request(lockName, () => (tab.value === 'elsewhere' ? hold(events) : undefined))
    .catch(() => lose(events));
}

/** Takes the state from the other tab, which is notified. */
export function takeOver(events: TabEvents): void {
  navigator.locks.request(lockName, { steal: true }, () => hold(events)).catch(() => lose(events));
}

function hold({ onMine }: TabEvents): Promise<never> {
  tab.value = 'mine';
  onMine();
  return forever();
}

/** Stolen: the promise of the one that held it rejects. */
function lose({ onTaken }: TabEvents): void {
  tab.value = 'taken';
  onTaken();
}
