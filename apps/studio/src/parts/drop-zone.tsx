import type { ComponentChildren, JSX, TargetedEvent } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import type { FileSource } from '@oddpixel/contract';
import { droppedSource, fileListSource } from '@oddpixel/runtime-web';
import type { Role } from '../protocol.ts';
import { addFiles } from '../state/actions/images.ts';
import { readIncoming } from '../state/incoming.ts';
import { say, sayError } from '../state/messages.ts';
import { busy, isBusy, view } from '../state/studio.ts';

interface DropZoneProps {
  readonly role: Role;
  readonly title: string;
  readonly hint: string;
  readonly onCamera: () => void;
  readonly children?: ComponentChildren;
}

/** Files by dropping, by choosing, by folder, or from the camera. */
export function DropZone({ role, title, hint, onCamera, children }: DropZoneProps): JSX.Element {
  const [over, setOver] = useState(false);
  const heading = useId();
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    // The browser forgets what was dropped as soon as anything is awaited.
    const { dataTransfer } = event;
    if (dataTransfer !== null && busy.value === undefined) void take(() => droppedSource(dataTransfer), role);
  };
  return (
    <section
      class={over ? 'zone over' : 'zone'}
      aria-labelledby={heading}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div class="zone-head">
        <h2 id={heading}>{title}</h2>
        <p class="quiet">{hint}</p>
      </div>
      <div class="row">
        <FileButton role={role} folder={false}>
          Add images
        </FileButton>
        <FileButton role={role} folder>
          Add a folder
        </FileButton>
        <button type="button" class="button" disabled={isBusy.value} onClick={onCamera}>
          Camera
        </button>
      </div>
      {children}
    </section>
  );
}

interface FileButtonProps {
  readonly role: Role;
  readonly folder: boolean;
  readonly children: ComponentChildren;
}

function FileButton({ role, folder, children }: FileButtonProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const choose = (event: TargetedEvent<HTMLInputElement>): void => {
    const files = Array.from(event.currentTarget.files ?? []);
    event.currentTarget.value = '';
    if (files.length > 0) void take(() => fileListSource(files), role);
  };
  return (
    <>
      <button type="button" class="button" disabled={isBusy.value} onClick={() => input.current?.click()}>
        {children}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        aria-hidden="true"
        data-role={`${role}-${folder ? 'folder' : 'files'}`}
        {...(folder ? { webkitdirectory: true } : { accept: 'image/*,.tif,.tiff,.bmp' })}
        onChange={choose}
      />
    </>
  );
}

/** Whatever is dropped beside a zone goes where the view suggests; without this, the browser would leave the page for it. */
export function dropAnywhere(): () => void {
  const over = (event: DragEvent): void => event.preventDefault();
  const drop = (event: DragEvent): void => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const { dataTransfer } = event;
    if (dataTransfer === null || isBusy.value) return;
    void take(() => droppedSource(dataTransfer), view.value === 'teach' ? 'teach' : 'inspect');
  };
  document.addEventListener('dragover', over);
  document.addEventListener('drop', drop);
  return () => {
    document.removeEventListener('dragover', over);
    document.removeEventListener('drop', drop);
  };
}

async function take(open: () => FileSource, role: Role): Promise<void> {
  try {
    const { files, layout } = await readIncoming(open(), role);
    if (layout) say('info', 'The folders tell good from odd, so every image went where it belongs.');
    if (files.length === 0) say('warning', 'There is no image in what you chose.');
    await addFiles(files);
  } catch (error) {
    sayError(error);
  }
}
