/**
 * The service worker: shows the application where there is no connection, so that it can say so. What the API answers is never
 * kept here: who sits at the device later must not find it.
 */
/// <reference lib="webworker" />

/** Stands there since the bundle was made. */
declare const VERSION: string;

const scope = self as unknown as ServiceWorkerGlobalScope;
/** The path under which coda stands. Other applications may stand at the same name, with caches of their own. */
const BASE = scope.location.pathname.replace(/\/worker\.js$/, '');
const OWN = BASE === '' ? 'shell' : `${BASE} shell`;
/** Files of this version; those of others go when it begins. */
const SHELL = `${OWN} ${VERSION}`;

const isFile = ({ pathname }: URL): boolean => pathname.startsWith(`${BASE}/web/`);

scope.addEventListener('install', (event) => {
  void scope.skipWaiting();
  event.waitUntil(caches.open(SHELL).then((shell) => shell.add(`${BASE}/`)));
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
  const older = names.filter((name) => name.startsWith(OWN) && name !== SHELL);
  await Promise.all(older.map((name) => caches.delete(name)));
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
  const windows = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = windows.find(({ url }) => `${new URL(url).pathname}/`.startsWith(`${BASE}/`));
  if (!page) return void (await scope.clients.openWindow(`${BASE}/chat`));
  await page.focus();
  if (new URL(page.url).pathname.startsWith(`${BASE}/chat`)) return;
  // A page that this worker does not control cannot be led elsewhere.
  await page.navigate(`${BASE}/chat`).catch(() => {});
}

/** The document is the same at every address of coda; the newest one is kept, and none of another application below its path. */
async function keepShell(answer: Response): Promise<Response> {
  if (answer.ok && answer.headers.get('content-type')?.startsWith('text/html')) {
    const [document, shell] = [answer.clone(), await caches.open(SHELL)];
    if ((await answer.clone().text()).includes(`data-base="${BASE}"`)) await shell.put(`${BASE}/`, document);
  }
  return answer;
}

async function shellKept(): Promise<Response> {
  return (await caches.match(`${BASE}/`)) ?? Response.error();
}

/** Files never change under their address. */
async function fileOf(request: Request): Promise<Response> {
  const response = await caches.match(request);
  if (response) return response;
  const answer = await fetch(request);
  if (answer.ok) {
    const shell = await caches.open(SHELL);
    await shell.put(request, answer.clone());
  }
  return answer;
}
