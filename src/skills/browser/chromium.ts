/** Chromium, started so that nothing of it goes past the proxy. */
import type { Browser } from 'playwright-core';
import { messageOf } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import type { Settings } from './config.ts';

/** Every way around a proxy that Chromium has, closed. */
function argumentsFor(proxy: string): string[] {
  return [
    `--proxy-server=${proxy}`,
    // Without this, requests to this machine itself would not go through it.
    '--proxy-bypass-list=<-loopback>',
    // Names are resolved by the proxy alone.
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
    '--dns-prefetch-disable',
    '--disable-quic',
    '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--enforce-webrtc-ip-permission-check',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-domain-reliability',
    '--disable-sync',
    '--disable-breakpad',
    '--disable-gpu',
    '--no-first-run',
    '--no-pings',
    '--deny-permission-prompts',
    '--disable-print-preview',
  ];
}

/** What Chromium gets of coda's environment: it holds nobody's keys. */
const INHERITED = ['PATH', 'LANG', 'TZ', 'TMPDIR', 'DISPLAY', 'XDG_RUNTIME_DIR', 'HOME'];

/** Starts it, as often as the configuration says. Throws what the last attempt failed with. */
export async function startChromium(
  { executable, headless, connect_timeout_ms, connect_retries }: Settings,
  proxy: string,
  { env, log }: Pick<World, 'env' | 'log'>,
): Promise<Browser> {
  // 60 ms and 20 MB: only where a browser is used.
  const { chromium } = await import('playwright-core');
  const own = INHERITED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  for (let attempt = 0; ; attempt++) {
    try {
      return await chromium.launch({
        executablePath: executable,
        headless,
        args: argumentsFor(proxy),
        // Chromium's own sandbox wants a user that is not root.
        chromiumSandbox: process.getuid?.() !== 0,
        timeout: connect_timeout_ms,
        env: Object.fromEntries(own),
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
      });
    } catch (error) {
      if (attempt >= connect_retries) throw error;
      log.debug({ why: messageOf(error).slice(0, 200) }, 'Chromium did not start');
    }
  }
}
