import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CallContext, OutsideTool, ToolResult } from '../../../src/agent/index.ts';
import { Egress } from '../../../src/egress/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { browserConfig } from '../../../src/skills/browser/index.ts';
import { Sessions } from '../../../src/skills/browser/sessions.ts';
import { browserTools } from '../../../src/skills/browser/tools.ts';
import { NAMES, PRIVATE } from '../../egress/spellings.ts';
import { testSandbox } from '../../support/docker.ts';
import { eventually } from '../../support/eventually.ts';
import { type TestWorld, testWorld } from '../../support/world.ts';
import { Internet } from '../web/internet.ts';

const escaped = (text: string) => text.replace(/[<>"&]/g, (c) => `&#${c.charCodeAt(0)};`);

/** What a browser of either mode keeps; `isThere`: what it needs is on this machine. */
export function browserContract(mode: 'docker' | 'host', isThere: boolean, own: Record<string, unknown>): void {
  describe.skipIf(!isThere)('whatever a page does, nothing private is reached', () => reaches(mode, own));
}

function reaches(mode: 'docker' | 'host', own: Record<string, unknown>): void {
  let internet: Internet;
  let sessions: Sessions;
  let sandbox: Sandbox;
  let tools: Map<string, OutsideTool>;
  let world: TestWorld;
  const turn = {};
  const ctx = {
    person: { id: 'ana' },
    conversationId: 'here',
    turn: { key: turn },
    signal: new AbortController().signal,
  } as unknown as CallContext;
  /** How often each name was resolved: one that is asked for again has moved. */
  const asked = new Map<string, number>();

  beforeAll(async () => {
    internet = await Internet.open();
    const resolve = async (host: string) => {
      const count = (asked.get(host) ?? 0) + 1;
      asked.set(host, count);
      if (host === 'rebind.example') return [count > 1 ? '127.0.0.1' : '127.0.0.22'];
      return NAMES[host] ?? (host.endsWith('.internal') ? ['127.0.0.1'] : ['127.0.0.22']);
    };
    const { port } = internet;
    const egress = new Egress({ ports: [80, 443, port], allow: [{ network: '127.0.0.22/32', port }], resolve });
    const settings = browserConfig.schema.parse({
      ...{ enabled: true, mode, blocked: ['ads.example'], ...own },
      ...{ connect_timeout_ms: 20_000, max_sessions: 2, session_timeout: '60s' },
    });
    // What this machine says of proxies is nothing to Chromium.
    const trap = `http://127.0.0.1:${port}`;
    const proxies = { http_proxy: trap, HTTPS_PROXY: trap, all_proxy: trap, auto_proxy: `${trap}/proxy.pac` };
    world = testWorld({ env: { ...process.env, ...proxies } });
    sandbox = testSandbox({}, { world });
    sessions = new Sessions({ settings, world, egress, sandbox });
    const artifacts = { put: async (content: unknown) => ({ hash: 'x', size: (content as Uint8Array).length }) };
    const made = browserTools({ sessions, egress, artifacts, timeoutMs: 20_000 });
    tools = new Map(made.map((tool) => [tool.name, tool as OutsideTool]));
  });
  afterAll(async () => {
    await sessions.closeAll();
    await sandbox.close();
    await internet[Symbol.asyncDispose]();
  });

  const call = (name: string, input: object, as: Partial<CallContext> = {}): Promise<ToolResult> =>
    (tools.get(name) as OutsideTool).run(input, { ...ctx, ...as });

  /** Shows a page in a browser of its own, and says what came. */
  async function shows(url: string, as: Partial<CallContext> = {}) {
    const opened = await call('browser_open', { url }, as);
    const text = JSON.stringify(opened);
    const session_id = /[Ss]ession[ _](?:id: )?(\w{8})/.exec(text)?.[1] ?? '';
    return {
      opened,
      text,
      session_id,
      [Symbol.asyncDispose]: async () => void (await call('browser_close', { session_id }, as)),
    };
  }

  test('asked for by the model, in any spelling', async () => {
    await using page = await shows(internet.at('/start'));
    const { session_id } = page;
    for (const host of [
      ...PRIVATE,
      ...Object.keys(NAMES).filter((name) => /attacker|localhost$|internal/.test(name)),
    ]) {
      const result = await call('browser_navigate', { session_id, url: `http://${host}:${internet.port}/` });
      expect(result.ok, host).toBe(false);
    }
    for (const url of [
      'file:///etc/passwd',
      'view-source:http://127.0.0.1/',
      'data:text/html,x',
      'chrome://version',
      'javascript:1',
      'about:blank',
      'ftp://127.0.0.1/',
    ]) {
      expect((await call('browser_navigate', { session_id, url })).ok, url).toBe(false);
    }
    expect(internet.trapped).toBe(0);
  });

  test('named in a page: pictures, frames, scripts, requests, sockets, forms', async () => {
    // A container has one processor.
    const spellings = PRIVATE.slice(0, mode === 'host' ? 200 : 60);
    const urls = [...spellings, 'localhost', 'metadata.google.internal', 'lan.internal'].map(
      (host) => `http://${host}:${internet.port}/`,
    );
    const marks = urls
      .map((url) => escaped(url))
      .map(
        (url) =>
          `<img src="${url}"><link rel=prefetch href="${url}"><link rel=dns-prefetch href="${url}"><link rel=preconnect href="${url}">`,
      )
      .join('');
    const frames = urls
      .slice(0, 20)
      .map((url) => `<iframe src="${escaped(url)}"></iframe>`)
      .join('');
    const script = `for (const url of ${JSON.stringify(urls)}) {
      fetch(url, { mode: 'no-cors' }).catch(() => {}); navigator.sendBeacon(url, 'x');
      try { new WebSocket(url.replace('http', 'ws')); } catch {}
      try { new EventSource(url); } catch {}
    }
    document.title = 'asked';`;
    internet.serve(
      '/marks',
      `<title>marks</title><p>all asked</p>${marks}${frames}<script>${script.replaceAll('</', '<\\/')}</script>`,
    );
    await using page = await shows(internet.at('/marks'));
    const { session_id } = page;
    const isRead = async () =>
      `${page.text}${JSON.stringify(await call('browser_get_content', { session_id }))}`.includes('all asked');
    expect(await eventually(isRead)).toBe(true);
    expect(internet.trapped).toBe(0);
  });

  test('led to by redirects, refreshes, windows, workers and a name that moves', async () => {
    const trap = `http://127.0.0.1:${internet.port}/`;
    internet.serve('/redirect', (response) => void response.writeHead(302, { location: trap }).end());
    internet.serve('/refresh', `<meta http-equiv=refresh content="0;url=${trap}"><p>refreshing</p>`);
    internet.serve(
      '/windows',
      `<script>open('${trap}'); open('file:///etc/passwd'); open('view-source:${trap}'); location = 'file:///etc/passwd';</script><p>windows</p>`,
    );
    internet.serve(
      '/worker',
      `<script>navigator.serviceWorker.register('/sw.js').then(() => { document.body.append('registered'); });
      new Worker(URL.createObjectURL(new Blob(["fetch('${trap}', { mode: 'no-cors' })"])));</script><body>worker </body>`,
    );
    internet.serve(
      '/sw.js',
      `self.addEventListener('install', (e) => { self.skipWaiting(); e.waitUntil(fetch('${trap}', { mode: 'no-cors' }).catch(() => {})); });`,
      'text/javascript',
    );
    internet.serve('/rebind', `<script>setTimeout(() => fetch('/again'), 0)</script><p>rebinding</p>`);
    internet.serve(
      '/data',
      `<iframe src="data:text/html,<img src='${trap}'>"></iframe><iframe srcdoc="<img src='${trap}'>"></iframe><p>data</p>`,
    );
    for (const path of ['/redirect', '/refresh', '/windows', '/worker', '/data']) {
      await using page = await shows(`http://127.0.0.22:${internet.port}${path}`);
      expect(page.session_id, path).not.toBe('');
      expect(page.text).not.toContain('root:');
    }
    await using rebound = await shows(internet.at('/rebind', 'rebind.example'));
    expect(rebound.session_id).not.toBe('');
    expect(asked.get('rebind.example')).toBeGreaterThan(1);
    expect(internet.trapped).toBe(0);
    expect(internet.requests.map(({ path }) => path)).toContain('/sw.js');
  });

  test('asked for by a service worker that answers for its pages', async () => {
    const trap = `http://127.0.0.1:${internet.port}/`;
    internet.serve(
      '/served',
      `<script>const worker = navigator.serviceWorker; worker.register('/answers.js').then(() => worker.controller ?? new Promise((then) => (worker.oncontrollerchange = then))).then(() => fetch('/through')).then((r) => r.text(), String).then((t) => document.body.append(t));</script><body>served </body>`,
    );
    internet.serve(
      '/answers.js',
      `self.addEventListener('activate', (e) => e.waitUntil(clients.claim()));
      self.addEventListener('fetch', (e) => e.respondWith(fetch('${trap}', { mode: 'no-cors' }).then(() => 'asked', () => 'asked').then((t) => new Response(t))));
      self.addEventListener('install', () => { self.skipWaiting(); importScripts('${trap}'); });`,
      'text/javascript',
    );
    await using page = await shows(`http://127.0.0.22:${internet.port}/served`);
    // The worker has asked for it, and answers with that; a refusal is an answer too, which it cannot look into.
    const shown = async () => JSON.stringify(await call('browser_get_content', { session_id: page.session_id }));
    expect(await eventually(async () => (await shown()).includes('served asked'))).toBe(true);
    expect(internet.trapped).toBe(0);
  });

  test('by view-source, typed, linked and framed', async () => {
    const trap = `view-source:http://127.0.0.1:${internet.port}/`;
    internet.serve(
      '/source',
      `<iframe src="${trap}"></iframe><a id=a href="${trap}">link</a><script>a.click(); location = '${trap}';</script><p>source</p>`,
    );
    internet.serve('/to-source', (response) => void response.writeHead(302, { location: trap }).end());
    await using page = await shows(internet.at('/source'));
    await using led = await shows(internet.at('/to-source'));
    expect(led.opened.ok).toBe(false);
    expect((await call('browser_navigate', { session_id: page.session_id, url: trap })).ok).toBe(false);
    expect(internet.trapped).toBe(0);
    expect(page.text).toContain('source');
  });

  test('by a proxy of the machine, of the network or of a script, which it never looks for', async () => {
    // The variables of this machine name the trap.
    const pac = `function FindProxyForURL() { return 'PROXY 127.0.0.1:${internet.port}'; }`;
    for (const path of ['/wpad.dat', '/proxy.pac']) internet.serve(path, pac, 'application/x-ns-proxy-autoconfig');
    internet.serve('/pac', `<p>pac</p><link rel=stylesheet href="/proxy.pac"><script src="/proxy.pac"></script>`);
    await using page = await shows(internet.at('/pac'));
    expect(page.text).toContain('pac');
    expect(Array.from(asked.keys()).filter((host) => /wpad/i.test(host))).toEqual([]);
    expect(internet.requests.map(({ path }) => path)).not.toContain('/wpad.dat');
    expect(internet.trapped).toBe(0);
  });

  test('over WebRTC, which does not go through a proxy', async () => {
    const udp = createSocket('udp4');
    let heard = 0;
    udp.on('message', () => heard++);
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    const { port } = udp.address();
    internet.serve(
      '/rtc',
      `<script>
      const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:${port}' }, { urls: 'turn:127.0.0.1:${port}', username: 'a', credential: 'b' }] });
      peer.createDataChannel('x'); peer.onicecandidate = ({ candidate }) => document.body.append(candidate ? ' found ' + candidate.candidate : ' gathered');
      peer.createOffer().then((offer) => peer.setLocalDescription(offer));</script><body>rtc</body>`,
    );
    await using page = await shows(`http://127.0.0.22:${internet.port}/rtc`);
    expect(page.text).toContain('rtc');
    expect(page.text).not.toMatch(/found .*typ host/);
    expect(heard).toBe(0);
    udp.close();
  });

  test('dialogs, downloads, further pages and blocked hosts are told, and hold nothing up', async () => {
    internet.serve(
      '/busy',
      `<script>alert('hello'); onload = () => { open('/other'); const a = document.createElement('a'); a.href = '/file.bin'; a.download = 'file.bin'; a.click(); };</script><p>busy</p>`,
    );
    internet.serve('/other', '<title>Other</title><p>another page</p>');
    internet.serve('/file.bin', new Uint8Array(1_000), 'application/octet-stream');
    await using page = await shows(internet.at('/busy'));
    const later = JSON.stringify(await call('browser_get_content', { session_id: page.session_id }));
    const told = page.text + later;
    expect(told).toContain('a dialog (alert) was closed: hello');
    expect(told).toContain('a further page was opened');
    expect(told).toContain('a download was stopped: file.bin');
    const blocked = internet.at('/ad', 'sub.ads.example');
    const refused = await call('browser_navigate', { session_id: page.session_id, url: blocked });
    expect(JSON.stringify(refused)).toContain('sub.ads.example is blocked here');
    expect(internet.requests.map(({ path }) => path)).not.toContain('/ad');
    const picture = await call('browser_screenshot', { session_id: page.session_id });
    expect(picture).toMatchObject({ ok: true, tainted: true, files: [{ type: 'image/png' }] });
  });

  // What is not about where Chromium runs is played once.
  if (mode === 'docker') {
    test('what is shown stands under the address that was asked for, until the page goes elsewhere', async () => {
      internet.serve('/old', (response) => response.writeHead(302, { location: '/new' }).end());
      internet.serve('/new', '<button onclick="location.href = \'/elsewhere\'">On</button>');
      internet.serve('/elsewhere', '<p>elsewhere</p>');
      const [asked, elsewhere] = [internet.at('/old'), internet.at('/elsewhere')];
      await using page = await shows(asked);
      const { session_id } = page;
      expect(page.opened).toMatchObject({ ok: true, address: asked });
      expect(await call('browser_get_content', { session_id })).toMatchObject({ ok: true, address: asked });
      const click = { session_id, action: 'click', selector: 'button "On"' };
      expect(await call('browser_interact', click)).toMatchObject({ ok: true, address: elsewhere });
      expect(await call('browser_get_content', { session_id })).toMatchObject({ ok: true, address: elsewhere });
    });

    test('a page that leads on for ever, by redirects or its script, is left', async () => {
      const steps = (path: string) => internet.requests.filter((request) => request.path.startsWith(path)).length;
      internet.serve('/round', (response, url) => {
        const next = Number(url.searchParams.get('n')) + 1;
        response.writeHead(next > 10_000 ? 200 : 302, { location: `/round?n=${next}` }).end('arrived');
      });
      internet.serve('/on', '<p>on</p><script>onload = () => { location = "/on?" + Math.random(); };</script>');
      internet.serve('/start', '<p>start</p>');
      await using page = await shows(internet.at('/round?n=0'));
      expect(page.opened).toMatchObject({ ok: false });
      expect(page.text).toContain('TOO_MANY_REDIRECTS');
      expect(steps('/round')).toBeLessThan(50);
      const goes = (path: string) => call('browser_navigate', { session_id: page.session_id, url: internet.at(path) });
      expect(await goes('/on')).toMatchObject({ ok: false, code: 'UNREADABLE' });
      expect(await goes('/start')).toMatchObject({ ok: true });
    });
  }

  test('sessions are the person’s own, few, outlive their turn, and end unused', async () => {
    internet.serve('/start', '<p>start</p>');
    const one = await shows(internet.at('/start'));
    expect(one.text).toContain('start');
    const other = { ...ctx, person: { id: 'bob' } } as unknown as CallContext;
    expect(await call('browser_get_content', { session_id: one.session_id }, other)).toMatchObject({
      code: 'NOT_FOUND',
    });
    const two = await shows(internet.at('/start'), { turn: { key: { another: true } } });
    expect(two.text).toContain('start');
    expect((await shows(internet.at('/start'))).opened).toMatchObject({ code: 'BUSY' });
    sessions.release(turn);
    expect((await call('browser_get_content', { session_id: one.session_id })).ok).toBe(true);
    sessions.release(turn);
    // The one that no turn uses makes room for another.
    const three = await shows(internet.at('/start'), { turn: { key: { third: true } } });
    expect(three.text).toContain('start');
    expect(await call('browser_get_content', { session_id: one.session_id })).toMatchObject({ code: 'NOT_FOUND' });
    await world.clock.moveTo(new Date(world.clock.now().getTime() + 61_000), async () => {});
    expect(await call('browser_get_content', { session_id: two.session_id })).toMatchObject({ code: 'NOT_FOUND' });
  });
}
