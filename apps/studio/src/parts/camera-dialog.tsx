import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Role } from '../protocol.ts';
import { addFiles } from '../state/actions/images.ts';
import { sayError } from '../state/messages.ts';
import { isBusy } from '../state/studio.ts';
import { useCamera } from '../state/use-camera.ts';
import { pixelsOf, worker } from '../state/worker.ts';
import { CameraVideo } from './camera-video.tsx';
import { Dialog } from './dialog.tsx';

interface CameraDialogProps {
  readonly role: Role;
  readonly onClose: () => void;
}

/** Takes images for one of the two roles. */
export function CameraDialog({ role, onClose }: CameraDialogProps): JSX.Element {
  const state = useCamera();
  const [taken, setTaken] = useState(0);
  const take = async (): Promise<void> => {
    try {
      const raster = await state.camera?.frame();
      if (raster === undefined) return;
      const bytes = await worker().call('encode', { raster }, { transfer: pixelsOf(raster) });
      const name = `camera ${new Date().toISOString().slice(0, 23).replace('T', ' ')}.png`;
      await addFiles([{ name, role, load: async () => ({ name, role, bytes }) }]);
      setTaken((count) => count + 1);
    } catch (error) {
      sayError(error);
    }
  };
  return (
    <Dialog title={role === 'teach' ? 'Pictures of what is fine' : 'Pictures to inspect'} onClose={onClose}>
      <CameraVideo state={state} />
      <div class="row spread">
        <button
          type="button"
          class="button primary"
          disabled={state.camera === undefined || isBusy.value}
          onClick={() => void take()}
        >
          Take a picture
        </button>
        <p class="quiet" role="status">
          {taken > 0 && `${taken} taken`}
        </p>
      </div>
    </Dialog>
  );
}
