/** The person who is signed in at this browser. */
import { computed, signal } from '@preact/signals';
import { api, ask, Failure } from '../api/client.ts';
import { listen, onEvent, onSessionEnd, stopListening, watchSleep } from '../api/events.ts';
import type { paths } from '../api/types.ts';
import { forgetEndedOnes, forgetUnsent, sendUnsent } from '../chat/conversation.ts';
import { draftsOf, forgetDrafts } from '../chat/device.ts';
import { ownName, shownAddress } from './base.ts';
import { setClock } from './clock.ts';
import { beginPush, forgetHere } from './push.ts';

export type Me = paths['/v1/me']['get']['responses'][200]['content']['application/json'];

/** Undefined until it is known; `out`: nobody. */
export const me = signal<Me | 'out' | undefined>(undefined);

/** The person who is signed in. Throws where nobody is: only called on pages that are shown to somebody. */
export function person(): Me {
  const who = me.value;
  if (who === undefined || who === 'out') throw new Error('nobody is signed in');
  return who;
}

/** The words before a command of coda, where it runs. */
export const ownCommand = (): string => person().command;

export const isOwner = (): boolean => person().scopes.includes('admin');

/** True where the session ended without its person's doing. */
export const hasEnded = signal(false);

/** Tells other tabs of this browser of sign-ins and sign-outs; a suite without a browser has no other tabs. */
const tabs =
  typeof BroadcastChannel === 'function' && typeof document === 'object'
    ? new BroadcastChannel(ownName('coda.session'))
    : undefined;

/** The address that was shown when the session ended, and to whom. */
const PLACE = ownName('coda.place');

function leaveSession(): void {
  stopListening();
  forgetUnsent();
  me.value = 'out';
}

/** Ends what is shown of the session; words that are not sent wait on this device for their person. */
function endSession(): void {
  const who = me.value;
  if (who === 'out') return;
  if (who) {
    const place = { personId: who.person.id, address: shownAddress() };
    localStorage.setItem(PLACE, JSON.stringify(place));
  }
  hasEnded.value = who !== undefined;
  leaveSession();
}

/** The address to go on at after signing in. */
export function takePlace(): string {
  const stored = localStorage.getItem(PLACE);
  localStorage.removeItem(PLACE);
  if (stored === null) return '/';
  const { personId, address } = JSON.parse(stored) as { personId: string; address: string };
  return personId === person().person.id && /^\/(?!\/)/.test(address) ? address : '/';
}

/** The time zone of this browser. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

let toldFor: string | undefined;

/** Tells where this browser is, once, where nobody has said where its person lives: before a time is shown or typed. */
async function tellZone(who: Me): Promise<Me> {
  const { id, zone, zone_from: from } = who.person;
  const isWanted = from === null || (from === 'browser' && zone !== ownZone());
  if (!isWanted || toldFor === id) return who;
  toldFor = id;
  const now = await ask(api.PUT('/v1/me/zone', { body: { zone: ownZone() } })).catch(() => {});
  return now ? { ...who, person: { ...who.person, ...now } } : who;
}

/** Reads who is signed in; what waits for them comes with it. */
export async function readMe(): Promise<void> {
  try {
    const who = await tellZone(await ask(api.GET('/v1/me')));
    setClock(who.now);
    const before = me.value;
    // Another tab of this browser has signed somebody else in.
    const isOther = before && before !== 'out' && before.person.id !== who.person.id;
    if (isOther) forgetUnsent();
    me.value = who;
    if (isOther) listen(who.person.id);
  } catch (error) {
    if (error instanceof Failure && error.status === 401) endSession();
    else if (me.value === undefined) throw error;
  }
}

export async function beginSession(): Promise<void> {
  onSessionEnd(endSession);
  watchOnce();
  await readMe();
  if (me.value === 'out') return;
  const { id } = person().person;
  hasEnded.value = false;
  // Whoever signs in here finds no words of somebody else.
  forgetDrafts(localStorage, id);
  listen(id);
  void sendWords(id);
  void beginPush(id).catch(() => {});
  tabs?.postMessage('in');
}

/** Sends what waits on this device, but what belonged to a temporary conversation that is over. */
async function sendWords(personId: string): Promise<void> {
  const drafts = draftsOf(personId);
  await forgetEndedOnes(drafts);
  if (me.value && me.value !== 'out' && person().person.id === personId) sendUnsent(drafts);
}

let isWatching = false;
const LOOK_MS = 5 * 60_000;

function watchOnce(): void {
  if (isWatching) return;
  isWatching = true;
  watchSleep(() => person().person.id);
  tabs?.addEventListener('message', ({ data }: MessageEvent<'in' | 'out'>) => {
    if (data === 'out') leaveSession();
    else if (me.value === 'out') void beginSession().catch(() => {});
  });
  let asked: ReturnType<typeof setTimeout> | undefined;
  // Many things may change at once; their counts are read once.
  const soon = () => {
    clearTimeout(asked);
    asked = setTimeout(() => {
      if (me.value !== 'out') void readMe().catch(() => {});
    }, 200);
  };
  onEvent('changed', soon);
  onEvent('ready', soon);
  // An owner sees that something is wrong before they look for it: a request has doctor look anew.
  setInterval(() => {
    if (me.value && me.value !== 'out' && isOwner() && !document.hidden) soon();
  }, LOOK_MS);
  onEvent('ready', () => void sendWords(person().person.id));
  onEvent('changed', ({ what }) => {
    if (what === 'conversations' && me.value && me.value !== 'out') void forgetEndedOnes(draftsOf(person().person.id));
  });
}

export async function signIn(code: string, instead: boolean): Promise<void> {
  await ask(api.POST('/v1/session', { body: { code, instead } }));
}

export async function signOut(): Promise<void> {
  // What cannot be ended here ends with the session.
  await forgetHere().catch(() => {});
  await ask(api.DELETE('/v1/session'));
  forgetDrafts(localStorage);
  tabs?.postMessage('out');
  leaveSession();
}

/** Titles of chat platforms by the names that records have them by. */
export const titlesOfPlatforms = (): Readonly<Record<string, string>> =>
  me.value && me.value !== 'out' ? me.value.platforms : {};

const ownNameOfAssistant = computed(() => (me.value && me.value !== 'out' ? me.value.assistant.name : 'coda'));

/** The assistant's own name here. */
export const assistantName = (): string => ownNameOfAssistant.value;
