import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { CameraState } from '../state/use-camera.ts';

interface CameraVideoProps {
  readonly state: CameraState;
  readonly children?: ComponentChildren;
}

/** What the camera sees, or why it sees nothing. */
export function CameraVideo({ state: { camera, problem }, children }: CameraVideoProps): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null && camera) video.current.srcObject = camera.stream;
  }, [camera]);
  if (problem !== undefined) {
    return (
      <p class="message error" role="alert">
        {problem}
      </p>
    );
  }
  return (
    <div class="camera">
      <video ref={video} autoplay muted playsInline aria-label="Camera picture" />
      {camera === undefined && <p class="quiet waiting">Waiting for the camera …</p>}
      {children}
    </div>
  );
}
