/** Programs beside the page: the one that has the browser keep the application, and the one that draws code and formulas. */

import { addressOf } from './base.ts';

interface Policy {
  createScriptURL(address: string): string;
}

interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): Policy;
}

/** The drawer's file. Stands there since the bundle was made. */
declare const DRAWER: string;

const PROGRAMS = { keeper: () => '/worker.js', drawer: () => `/web/${DRAWER}` };

let policy: Policy | undefined;

/** The page makes no other address into a script. */
function addressOfProgram(name: keyof typeof PROGRAMS): string {
  const address = () => addressOf(PROGRAMS[name]());
  const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory };
  policy ??= trustedTypes?.createPolicy('coda', {
    createScriptURL: (program) => addressOf(PROGRAMS[program as keyof typeof PROGRAMS]()),
  });
  return policy?.createScriptURL(name) ?? address();
}

/** Has the browser keep the application, where it may: over HTTPS, or on the machine itself. */
export function installWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  const address = addressOfProgram('keeper');
  addEventListener('load', () => {
    // Without it everything works but the page of a lost connection.
    void navigator.serviceWorker.register(address).catch(() => {});
  });
}

export const newDrawer = (): Worker => new Worker(addressOfProgram('drawer'), { type: 'module' });
