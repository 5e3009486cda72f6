/** Progress on stderr: nothing for quick commands, one live line on a terminal, a line now and then in a log. */
import { describeRemark, type Remark } from '@oddpixel/contract';
import { inFlagWords } from './flag-words.ts';
import { printable } from './printable.ts';

export interface ProgressLine {
  /** Shows how far a phase is: `done` of `total` items, 0 if nobody knows how many there will be. */
  update(phase: string, done: number, total: number, note?: string): void;
  /** Prints a lasting line. */
  say(text: string): void;
  /** Prints what a person should know although the work continues. */
  warn(message: string): void;
  /** Removes the live line. */
  end(): void;
}

const silentMs = 1000;
const terminalIntervalMs = 80;
const logIntervalMs = 5000;
const widestBar = 24;
const narrowestBar = 6;

/** @param quiet prints nothing at all, `say` included. */
export function createProgress(quiet: boolean = false): ProgressLine {
  const terminal = process.stderr.isTTY === true;
  const started = performance.now();
  let shown = -Infinity;
  let live = false;
  const clear = (): void => {
    if (live) process.stderr.write('\r\x1b[K');
    live = false;
  };
  const say = (text: string): void => {
    clear();
    if (!quiet) process.stderr.write(`${printable(text)}\n`);
  };
  return {
    update(phase, done, total, note) {
      const now = performance.now();
      if (quiet || now - started < silentMs) return;
      if (now - shown < (terminal ? terminalIntervalMs : logIntervalMs)) return;
      shown = now;
      const share = total > 0 ? Math.min(1, done / total) : 0;
      const text = printable(
        `${phase} ${done}${total > 0 ? `/${total}` : ''}${note === undefined ? '' : ` · ${note}`}`,
      );
      if (!terminal) {
        process.stderr.write(`${text}\n`);
        return;
      }
      // A line that wraps could not be taken back.
      const room = (process.stderr.columns ?? 80) - 1;
      const line = `${bar(share, room - text.length - 1)}${text}`;
      process.stderr.write(`\r\x1b[K${line.slice(0, room)}`);
      live = true;
    },
    say,
    warn: (message) => say(`warning: ${inFlagWords(message)}`),
    end: clear,
  };
}

/** What a person should know although the work continued: one line each. */
export function sayRemarks(progress: ProgressLine, remarks: readonly Remark[]): void {
  for (const remark of remarks) progress.warn(describeRemark(remark));
}

/** A bar and a space after it, in at most `room` characters; nothing if a bar would show little. */
function bar(share: number, room: number): string {
  const width = Math.min(widestBar, room);
  if (width < narrowestBar) return '';
  const filled = Math.round(share * width);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} `;
}
