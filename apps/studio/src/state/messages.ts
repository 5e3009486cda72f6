/** The messages that the page shows. */
import { ConnectionClosedError } from '@oddpixel/remote';
import { announcement, messages, type Message } from './studio.ts';

let nextId = 1;

/** Milliseconds that a remark stays; warnings and errors stay until they are dismissed. */
const remarkMs = 12_000;

export function say(kind: Message['kind'], text: string, lines?: readonly string[]): void {
  // The same message is not shown twice at a time.
  const others = messages.value.filter((message) => message.text !== text);
  const id = nextId++;
  messages.value = [...others, { id, kind, text, lines }];
  if (kind === 'info') setTimeout(() => dismiss(id), remarkMs);
}

export function dismiss(id: number): void {
  messages.value = messages.value.filter((message) => message.id !== id);
}

/** For screen readers only. */
export function announce(text: string): void {
  announcement.value = text;
}

/** A cancelled job is not an error, and the end of the worker is reported once, not by each of its jobs. */
export function sayError(error: unknown): void {
  if (error instanceof ConnectionClosedError) return;
  if (error instanceof Error && error.name === 'AbortError') return;
  say('error', error instanceof Error ? error.message : String(error));
}
