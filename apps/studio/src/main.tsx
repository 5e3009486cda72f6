/** The page. */
import { render } from 'preact';
import { App } from './app.tsx';
import { registerOffline } from './state/offline.ts';
import { askForTab, type TabEvents } from './state/one-tab.ts';
import { start } from './state/start.ts';
import { endWorker } from './state/worker.ts';

const events: TabEvents = { onMine: () => void start(), onTaken: endWorker };
const root = document.getElementById('studio');
if (root !== null) render(<App tabEvents={events} />, root);
askForTab(events);
void registerOffline();
