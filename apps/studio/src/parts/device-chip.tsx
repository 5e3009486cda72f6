import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { DeviceChoice } from '../protocol.ts';
import { chooseDevice } from '../state/actions/device.ts';
import { device, deviceChoice, deviceProblem, isBusy } from '../state/studio.ts';

const choices: readonly (readonly [DeviceChoice, string])[] = [
  ['auto', 'Choose for me'],
  ['webgpu', 'Graphics device (WebGPU)'],
  ['wasm', 'Processor (WebAssembly)'],
];

/** Where everything is computed: always visible, with the reason if it is not the GPU. */
export function DeviceChip(): JSX.Element {
  const [open, setOpen] = useState(false);
  const panel = useId();
  const current = device.value;
  const problem = deviceProblem.value;
  const name =
    problem !== undefined
      ? 'No device'
      : current === undefined
        ? 'Starting …'
        : current.device === 'webgpu'
          ? 'WebGPU'
          : `CPU · ${current.threads === 1 ? '1 thread' : `${current.threads} threads`}`;
  return (
    <div class="device">
      <button
        type="button"
        class="chip"
        aria-expanded={open}
        aria-controls={panel}
        onClick={() => setOpen(!open)}
      >
        <span
          class={`dot ${problem !== undefined ? 'bad' : (current?.device ?? 'none')}`}
          aria-hidden="true"
        />
        <span class="visually-hidden">Device: </span>
        {name}
      </button>
      <div class="device-panel" id={panel} hidden={!open}>
        <fieldset>
          <legend>Compute on</legend>
          {choices.map(([choice, text]) => (
            <label key={choice} class="choice">
              <input
                type="radio"
                name="device"
                checked={deviceChoice.value === choice}
                disabled={isBusy.value}
                onChange={() => void chooseDevice(choice)}
              />
              <span>{text}</span>
            </label>
          ))}
        </fieldset>
        {(problem ?? current?.reason) !== undefined && (
          <p class="small-text">Not on WebGPU: {problem ?? current?.reason}.</p>
        )}
        <p class="quiet small-text">
          Everything is computed on this machine. No image, label or model leaves it.
        </p>
      </div>
    </div>
  );
}

/** Shown in the page, as the reason why it is slow. */
export function DeviceNotice(): JSX.Element | null {
  const problem = deviceProblem.value;
  if (problem !== undefined) {
    return (
      <div class="message error" role="alert">
        <p>This browser cannot compute here: {problem}</p>
      </div>
    );
  }
  const reason = device.value?.reason;
  if (reason === undefined) return null;
  const threads = device.value?.threads ?? 1;
  return (
    <div class="notice" role="status">
      <p>
        <strong>No WebGPU, so the processor does the work.</strong> Results are the same, only slower. The
        reason: {reason}.
        {threads === 1 && !globalThis.crossOriginIsolated && (
          <> One thread is used, since this page was served without cross-origin isolation.</>
        )}
      </p>
    </div>
  );
}
