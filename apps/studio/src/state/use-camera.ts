/** A camera for as long as a component is on the page. */
import { useEffect, useState } from 'preact/hooks';
import { openCamera, type Camera } from '@oddpixel/runtime-web';

export interface CameraState {
  readonly camera?: Camera;
  readonly problem?: string;
}

export function useCamera(): CameraState {
  const [state, setState] = useState<CameraState>({});
  useEffect(() => {
    let gone = false;
    let open: Camera | undefined;
    openCamera({ width: 640, height: 480, facingMode: 'environment' }).then(
      (camera) => {
        open = camera;
        if (gone) camera.stop();
        else setState({ camera });
      },
      (error: unknown) => setState({ problem: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      gone = true;
      open?.stop();
    };
  }, []);
  return state;
}
