/** The person who is signed in at this browser. */
import { signal } from '@preact/signals';
import { api, ask, Failure } from '../api/client.ts';
import { listen, onEvent, stopListening, watchSleep } from '../api/events.ts';
import type { paths } from '../api/schema.d.ts';
import { forgetUnsent } from '../chat/conversation.ts';
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

export const isOwner = (): boolean => person().scopes.includes('admin');

const signedOut = () => {
  stopListening();
  // Whoever signs in here next finds no words of somebody else.
  sessionStorage.clear();
  forgetUnsent();
  me.value = 'out';
};

/** Reads who is signed in; what waits for them comes with it. */
async function readMe(): Promise<void> {
  try {
    const who = await ask(api.GET('/v1/me'));
    setClock(who.now);
    const before = me.value;
    // Another tab of this browser has signed somebody else in.
    if (before && before !== 'out' && before.person.id !== who.person.id) forgetUnsent();
    me.value = who;
  } catch (error) {
    if (error instanceof Failure && error.status === 401) signedOut();
    else if (me.value === undefined) throw error;
  }
}

export async function beginSession(): Promise<void> {
  await readMe();
  if (me.value === 'out') return;
  listen(signedOut);
  watchSleep(signedOut);
  void beginPush(person().person.id).catch(() => {});
  let asked: ReturnType<typeof setTimeout> | undefined;
  // Many things may change at once; their counts are read once.
  const soon = () => {
    clearTimeout(asked);
    asked = setTimeout(() => void readMe().catch(() => {}), 200);
  };
  onEvent('changed', soon);
  onEvent('ready', soon);
}

export async function signIn(code: string, instead: boolean): Promise<void> {
  await ask(api.POST('/v1/session', { body: { code, instead } }));
}

export async function signOut(): Promise<void> {
  // What cannot be ended here ends with the session.
  await forgetHere().catch(() => {});
  await ask(api.DELETE('/v1/session'));
  signedOut();
}

/** The assistant's own name here. */
export const assistantName = (): string => (me.value && me.value !== 'out' ? me.value.assistant.name : 'coda');
