/** The one worker of this page. */
import type { Raster } from '@oddpixel/contract';
import { connect, workerChannel, type Client } from '@oddpixel/remote';
import type { Jobs, Notice } from '../protocol.ts';
import { say, sayError } from './messages.ts';
import { startWorker } from './start-worker.ts';

let client: Client<Jobs> | undefined;

export function worker(): Client<Jobs> {
  client ??= start();
  return client;
}

function start(): Client<Jobs> {
  const started = connect<Jobs>(workerChannel(startWorker()), { peer: 'the part that computes' });
  void started.lost.then((reason) =>
    say('error', `The part that computes has stopped: ${reason}. Load the page again.`),
  );
  started.call('notices', null, { onProgress: tell }).catch(sayError);
  return started;
}

/** For good: any later request is refused, so that a tab that lost the state cannot write to it. */
export function endWorker(): void {
  void client?.close();
}

/** Memory of a camera's image that is transferred, not copied: it is not used here again. */
export function pixelsOf({ data }: Raster): ArrayBuffer[] {
  return data.buffer instanceof ArrayBuffer ? [data.buffer] : [];
}

function tell(notice: Notice): void {
  switch (notice.about) {
    case 'deviceLost':
      say(
        'warning',
        `The browser took the graphics device away (${notice.reason}). Studio requests it again and continues.`,
      );
      break;
    case 'noStorage':
      say('warning', `This browser cannot keep anything between visits: ${notice.reason}`);
      break;
    case 'warning':
      say('warning', notice.reason);
      break;
  }
}
