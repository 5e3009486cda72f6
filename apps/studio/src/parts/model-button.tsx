import type { JSX, TargetedEvent } from 'preact';
import { useRef } from 'preact/hooks';
import { openModel } from '../state/actions/model.ts';
import { isBusy } from '../state/studio.ts';

/** Opens a model file that was trained here or anywhere else. */
export function ModelButton(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const choose = (event: TargetedEvent<HTMLInputElement>): void => {
    const [file] = Array.from(event.currentTarget.files ?? []);
    event.currentTarget.value = '';
    if (file) void openModel(file);
  };
  return (
    <>
      <button type="button" class="button" disabled={isBusy.value} onClick={() => input.current?.click()}>
        Open a model
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-hidden="true"
        accept=".onnx"
        data-role="model"
        onChange={choose}
      />
    </>
  );
}
