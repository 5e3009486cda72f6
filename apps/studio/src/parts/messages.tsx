import type { JSX } from 'preact';
import { dismiss } from '../state/messages.ts';
import { messages, type Message } from '../state/studio.ts';

const mostLines = 6;

export function Messages(): JSX.Element {
  return (
    <div class="messages">
      {messages.value.map((message) => (
        <MessageBox key={message.id} message={message} />
      ))}
    </div>
  );
}

function MessageBox({ message: { id, kind, text, lines = [] } }: { readonly message: Message }): JSX.Element {
  return (
    <div class={`message ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      <div>
        <p>{text}</p>
        {lines.length > 0 && (
          <ul>
            {lines.slice(0, mostLines).map((line) => (
              <li key={line}>{line}</li>
            ))}
            {lines.length > mostLines && <li>and {lines.length - mostLines} more</li>}
          </ul>
        )}
      </div>
      <button type="button" class="icon-button" aria-label="Dismiss this message" onClick={() => dismiss(id)}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M3.5 3.5l9 9m0-9l-9 9" />
        </svg>
      </button>
    </div>
  );
}
