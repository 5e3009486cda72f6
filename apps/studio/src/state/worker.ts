/** The one worker of this page. */
import { connectWorker, type WorkerClient } from './worker-client.ts';
import { say } from './messages.ts';
import { startWorker } from './start-worker.ts';
import type { Notice } from '../protocol.ts';

let client: WorkerClient | undefined;

export function worker(): WorkerClient {
  client ??= connectWorker(startWorker(), {
    onNotice: tell,
    onCrash: (reason) => say('error', `The part that computes has stopped: ${reason}. Load the page again.`),
  });
  return client;
}

export function endWorker(): void {
  client?.end();
  client = undefined;
}

function tell(notice: Notice): void {
  switch (notice.about) {
    case 'deviceLost':
      say(
        'warning',
        `The browser took the graphics device away (${notice.reason}). Studio asks for it again and goes on.`,
      );
      break;
    case 'noStorage':
      say('warning', `Nothing can be kept between visits here: ${notice.reason}`);
      break;
    case 'warning':
      say('warning', notice.reason);
      break;
  }
}
