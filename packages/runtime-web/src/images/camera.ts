/** Pictures from a camera, each of them once. */
import type { Raster } from '@oddpixel/contract';
import { CameraError, type CameraProblem } from './camera-error.ts';
import { readPixels } from './canvas.ts';
import { readVideoFrame } from './video-frame.ts';

export interface CameraOptions {
  /** One of `navigator.mediaDevices.enumerateDevices()`. Default: the browser's choice. */
  readonly deviceId?: string;
  /** In pixels; the camera takes the nearest that it can. */
  readonly width?: number;
  readonly height?: number;
  /** On phones: towards the person or away. */
  readonly facingMode?: 'user' | 'environment';
}

export interface Camera {
  /** The next picture that the camera has not given yet: RGB, 8 bits. @throws CameraError */
  frame(): Promise<Raster>;
  /** All pictures that come while the last one is worked on are left out. Ends when the camera is stopped. */
  frames(signal?: AbortSignal): AsyncGenerator<Raster, void, undefined>;
  /** Releases the camera. */
  stop(): void;
  /** For a `<video>` that shows it. */
  readonly stream: MediaStream;
}

/** Asks for a camera, with the person's permission. Only in pages, not in workers. @throws CameraError */
export async function openCamera(options: CameraOptions = {}): Promise<Camera> {
  if (!isSecureContext) throw new CameraError('insecureContext');
  // Typed as present, but absent in old browsers and some embedded ones.
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (devices === undefined) throw new CameraError('unsupported');
  const { deviceId, width, height, facingMode } = options;
  const wanted: MediaTrackConstraints = {};
  if (deviceId !== undefined) wanted.deviceId = { exact: deviceId };
  if (width !== undefined) wanted.width = { ideal: width };
  if (height !== undefined) wanted.height = { ideal: height };
  if (facingMode !== undefined) wanted.facingMode = facingMode;
  const stream = await devices.getUserMedia({ video: wanted }).catch((cause: unknown) => {
    throw new CameraError(problems[cause instanceof Error ? cause.name : ''] ?? 'busy', { cause });
  });
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  await video.play();
  return cameraOf(video, stream);
}

/** By the names of what `getUserMedia` throws. */
const problems: Readonly<Record<string, CameraProblem>> = {
  NotAllowedError: 'permissionDenied',
  SecurityError: 'permissionDenied',
  NotFoundError: 'noCamera',
  OverconstrainedError: 'noCamera',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

function cameraOf(video: HTMLVideoElement, stream: MediaStream): Camera {
  const end = new AbortController();
  const state = { isStopped: false };
  for (const track of stream.getTracks()) {
    track.addEventListener('ended', () => end.abort(new CameraError('ended')));
  }
  /** A callback comes once for each picture, so one that is asked for afterwards is a new one. */
  const grab = async (): Promise<Raster> => {
    end.signal.throwIfAborted();
    await unlessAborted(end.signal, (resolve) => video.requestVideoFrameCallback(() => resolve()));
    return readVideo(video);
  };
  let last: Promise<unknown> = Promise.resolve();
  const frame = (): Promise<Raster> => {
    const next = last.then(grab, grab);
    last = next;
    return next;
  };
  return {
    stream,
    frame,
    async *frames(signal): AsyncGenerator<Raster, void, undefined> {
      while (!state.isStopped) {
        signal?.throwIfAborted();
        const next = frame();
        // A camera may fall silent, for example in a page that nobody sees.
        if (signal !== undefined) await unlessAborted(signal, (resolve) => next.then(resolve, resolve));
        const raster = await next.catch((error: unknown) => {
          if (!state.isStopped) throw error;
        });
        if (raster !== undefined) yield raster;
      }
    },
    stop(): void {
      state.isStopped = true;
      for (const track of stream.getTracks()) track.stop();
      video.srcObject = null;
      end.abort(new CameraError('stopped'));
    },
  };
}

/** What a video shows. */
async function readVideo(video: HTMLVideoElement): Promise<Raster> {
  // Not every browser that has cameras has frames.
  const frame = 'VideoFrame' in globalThis ? new VideoFrame(video) : undefined;
  try {
    const raster = frame && (await readVideoFrame(frame));
    return raster ?? readPixels(video, video.videoWidth, video.videoHeight, 'rgb');
  } finally {
    frame?.close();
  }
}

/** Waits for a call, or throws the signal's reason. */
function unlessAborted(signal: AbortSignal, start: (resolve: () => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    start(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
  });
}
