/**
 * The service worker: shows the application where there is no connection, so that it can say so. What the API answers is never
 * kept here: who sits at the device later must not find it.
 */
/// <reference lib="webworker" />

/** Stands there since the bundle was made. */
declare const VERSION: string;

const scope = self as unknown as ServiceWorkerGlobalScope;
/** Files of this version; those of others go when it begins. */
const SHELL = `shell ${VERSION}`;

const isFile = ({ pathname }: URL): boolean => pathname.startsWith('/web/');

scope.addEventListener('install', (event) => {
  void scope.skipWaiting();
  event.waitUntil(caches.open(SHELL).then((shell) => shell.add('/')));
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(dropOlder().then(() => scope.clients.claim()));
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== 'GET' || address.origin !== scope.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(fetch(request).then(keepShell).catch(shellKept));
  else if (isFile(address)) event.respondWith(fileOf(request));
});

async function dropOlder(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== SHELL).map((name) => caches.delete(name)));
}

scope.addEventListener('push', (event) => {
  // Browsers end the subscription of a worker that shows nothing.
  event.waitUntil(showNotification(event.data));
});

scope.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openChat());
});

interface Notice {
  title?: string;
  body?: string;
  tag?: string;
}

function showNotification(data: PushMessageData | null): Promise<void> {
  const { title = 'coda', body = '', tag = 'coda' } = noticeIn(data);
  return scope.registration.showNotification(title, { body, tag });
}

function noticeIn(data: PushMessageData | null): Notice {
  try {
    return (data?.json() ?? {}) as Notice;
  } catch {
    return {};
  }
}

async function openChat(): Promise<void> {
  const [page] = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (!page) return void (await scope.clients.openWindow('/chat'));
  await page.focus();
  if (new URL(page.url).pathname.startsWith('/chat')) return;
  // A page that this worker does not control cannot be led elsewhere.
  await page.navigate('/chat').catch(() => {});
}

/** The document is the same at every address; the newest one is kept. */
async function keepShell(answer: Response): Promise<Response> {
  if (answer.ok && answer.headers.get('content-type')?.startsWith('text/html')) {
    const shell = await caches.open(SHELL);
    await shell.put('/', answer.clone());
  }
  return answer;
}

async function shellKept(): Promise<Response> {
  return (await caches.match('/')) ?? Response.error();
}

/** Files never change under their address. */
async function fileOf(request: Request): Promise<Response> {
  const known = await caches.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) {
    const shell = await caches.open(SHELL);
    await shell.put(request, answer.clone());
  }
  return answer;
}
