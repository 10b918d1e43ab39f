/** Has the browser keep the application, where it may: over HTTPS, or on the machine itself. */

import { addressOf } from './base.ts';

interface Policy {
  createScriptURL(address: string): string;
}

interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): Policy;
}

export function installWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory };
  // The page makes no other address into a script.
  const policy = trustedTypes?.createPolicy('coda', { createScriptURL: () => addressOf('/worker.js') });
  const address = policy?.createScriptURL('') ?? addressOf('/worker.js');
  addEventListener('load', () => {
    // Without it everything works but the page of a lost connection.
    void navigator.serviceWorker.register(address).catch(() => {});
  });
}
