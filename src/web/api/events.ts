/** The one stream of events of a page. An event is a hint: after a lost connection everything that is shown is read anew. */
import { signal } from '@preact/signals';
import type { Entry } from '../chat/entry.ts';

export interface Events {
  /** The stream begins, or something may have been missed: read anew. */
  ready: Record<string, never>;
  entry: { chat: string; entry: Entry };
  delete: { chat: string; id: string };
  typing: { chat: string };
  changed: { what: string };
}

type Name = keyof Events;
type Listener<N extends Name> = (event: Events[N]) => void;

/** False while the connection is lost. */
export const online = signal(true);

const listeners: { [N in Name]: Set<Listener<N>> } = {
  ready: new Set(),
  entry: new Set(),
  delete: new Set(),
  typing: new Set(),
  changed: new Set(),
};

/** Calls `heard` with each event of this name; the result ends that. */
export function onEvent<N extends Name>(name: N, heard: Listener<N>): () => void {
  (listeners[name] as Set<Listener<N>>).add(heard);
  return () => void (listeners[name] as Set<Listener<N>>).delete(heard);
}

function tell<N extends Name>(name: N, event: Events[N]): void {
  for (const heard of listeners[name] as Set<Listener<N>>) heard(event);
}

const AGAIN_MS = 2_000;
/** Out of sight for longer, a page is as good as closed: its person is notified elsewhere. */
const UNSEEN_MS = 20_000;
/** A laptop that slept for longer has missed what was said, whatever its connection says. */
const SLEPT_MS = 20_000;

let source: EventSource | undefined;
let again: ReturnType<typeof setTimeout> | undefined;
/** True while the stream is one of a page that nobody sees. */
let isUnseen = false;

/** Begins to listen; `refused` is called when the session is over. */
export function listen(refused: () => void): void {
  clearTimeout(again);
  source?.close();
  isUnseen = document.hidden;
  const opened = new EventSource(isUnseen ? '/v1/events?seen=false' : '/v1/events');
  source = opened;
  for (const name of Object.keys(listeners) as Name[]) {
    opened.addEventListener(name, (event) => {
      if (source !== opened) return;
      online.value = true;
      tell(name, JSON.parse((event as MessageEvent<string>).data));
    });
  }
  opened.addEventListener('error', () => {
    if (source !== opened) return;
    online.value = false;
    // A browser tries again by itself, but not after an answer that is no stream; what it was, only a request tells.
    if (opened.readyState !== EventSource.CLOSED) return;
    void fetch('/v1/me').then(
      ({ status }) => (status === 401 ? refused() : listenSoon(refused)),
      () => listenSoon(refused),
    );
  });
}

function listenSoon(refused: () => void): void {
  clearTimeout(again);
  again = setTimeout(() => listen(refused), AGAIN_MS);
}

export function stopListening(): void {
  clearTimeout(again);
  source?.close();
  source = undefined;
}

/** Reads anew when the machine was asleep, or the page comes back into sight after a while. */
export function watchSleep(refused: () => void): void {
  let [seen, hiddenAt] = [Date.now(), 0];
  setInterval(() => {
    const slept = Date.now() - seen > SLEPT_MS;
    seen = Date.now();
    if (slept && source) listen(refused);
  }, 5_000);
  // A stream may look alive through a loss that the browser knows of.
  addEventListener('online', () => {
    if (source) listen(refused);
  });
  let unseen: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener('visibilitychange', () => {
    clearTimeout(unseen);
    if (!source) return;
    if (document.hidden) unseen = setTimeout(() => listen(refused), UNSEEN_MS);
    else if (isUnseen || Date.now() - hiddenAt > SLEPT_MS) listen(refused);
    else tell('ready', {});
    if (document.hidden) hiddenAt = Date.now();
  });
}
