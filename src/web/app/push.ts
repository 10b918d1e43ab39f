/** Notifications on this device while no page is open. */
import { signal } from '@preact/signals';
import { api, ask, Failure } from '../api/client.ts';
import { addressOf, ownName } from './base.ts';

/** Undefined: this browser cannot show any. */
export const isNotified = signal<boolean | undefined>(undefined);

/** The person who wants them here: a subscription alone does not say whose it is. */
const WHOSE = ownName('coda.notified');

const canNotify = (): boolean =>
  'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis;

/** Registers this device anew where its person has asked for that: its session may have been another one. */
export async function beginPush(personId: string): Promise<void> {
  if (!canNotify()) return;
  isNotified.value = false;
  if (localStorage.getItem(WHOSE) !== personId) return;
  const worker = await navigator.serviceWorker.ready;
  const subscription = await worker.pushManager.getSubscription();
  if (!subscription) return;
  await register(subscription);
  isNotified.value = true;
}

export async function notifyHere(personId: string): Promise<void> {
  // First: a browser asks only while it is in the press of a button.
  if ((await Notification.requestPermission()) !== 'granted') {
    throw new Failure(
      0,
      'PUSH_DENIED',
      'This browser does not allow notifications of this page.',
      'Allow them in its settings.',
    );
  }
  const { key, reason } = await ask(api.GET('/v1/push'));
  if (key === undefined) throw new Failure(422, 'HTTP_REFUSED', reason ?? 'Notifications are off.');
  const worker = await navigator.serviceWorker.ready;
  // A subscription of another key stands in the way.
  await (await worker.pushManager.getSubscription())?.unsubscribe();
  await register(await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  localStorage.setItem(WHOSE, personId);
  isNotified.value = true;
}

export async function forgetHere(): Promise<void> {
  if (!canNotify()) return;
  localStorage.removeItem(WHOSE);
  const worker = await navigator.serviceWorker.getRegistration(addressOf('/'));
  const subscription = await worker?.pushManager.getSubscription();
  if (subscription) {
    await ask(api.DELETE('/v1/push', { body: { endpoint: subscription.endpoint } }));
    await subscription.unsubscribe();
  }
  isNotified.value = false;
}

async function register(subscription: PushSubscription): Promise<void> {
  const { p256dh = '', auth = '' } = subscription.toJSON().keys ?? {};
  await ask(api.POST('/v1/push', { body: { endpoint: subscription.endpoint, keys: { p256dh, auth } } }));
}
