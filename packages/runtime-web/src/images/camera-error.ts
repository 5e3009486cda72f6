/** Why there is no picture from a camera, for programs that offer the person a way out. */
import { OddpixelError } from '@oddpixel/contract';

export type CameraProblem =
  /** The page was not loaded by https or from localhost. */
  | 'insecureContext'
  /** This browser gives pages no camera. */
  | 'unsupported'
  | 'noCamera'
  | 'permissionDenied'
  /** Another program has the camera. */
  | 'busy'
  /** The camera was unplugged, or its permission was taken back. */
  | 'ended'
  /** `stop` was called. */
  | 'stopped';

const fixes: Readonly<Record<CameraProblem, readonly [what: string, fix: string]>> = {
  insecureContext: ['this page was not loaded by https', 'Load it by https, or from localhost.'],
  unsupported: ['this browser gives pages no camera', 'Use a current browser.'],
  noCamera: ['there is no such camera', 'Plug one in, or ask for another.'],
  permissionDenied: [
    'the permission was denied',
    "Allow the camera in the browser's settings for this site.",
  ],
  busy: ['it cannot be started, probably because another program uses it', 'Close that program.'],
  ended: ['it was unplugged or switched off', 'Open it again.'],
  stopped: ['it was stopped', 'Open it again.'],
};

export class CameraError extends OddpixelError<{ problem: CameraProblem; fix?: string }> {
  readonly code = 'CAMERA';
  constructor(problem: CameraProblem, options?: { cause?: unknown }) {
    const [what, fix] = fixes[problem];
    super(`No picture from the camera: ${what}.`, { problem, fix }, options);
  }
}
