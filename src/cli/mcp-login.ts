/** `coda mcp login` and `logout`: signing in to MCP servers, by the daemon where one runs. */
import { createInterface, type Interface } from 'node:readline';
import { sleep } from '../base/async.ts';
import { type Ask, ask, withVerbs } from './daemon/verbs.ts';
import type { Flags } from './flags.ts';
import { usage } from './texts.ts';

const LOOK_MS = 1_000;
const WITHIN_LOOKS = 600;

interface Link {
  url: string;
  returns: boolean;
  attempt: string;
}

/** Shows where to sign in, and waits for the browser to come back to coda or for its address to be pasted. */
export async function login(flags: Flags, io: NodeJS.Process): Promise<number> {
  const [server = ''] = flags.args;
  return withVerbs(flags, io, async (own) => {
    const link = (await own('mcp-login', { server })) as Link;
    io.stdout.write(`Sign in here:\n${link.url}\n\n`);
    io.stdout.write(link.returns ? RETURNS : BY_HAND);
    const reading = createInterface({ input: io.stdin });
    try {
      await (link.returns
        ? Promise.race([arrived(own, server, link.attempt), pasted(own, reading)])
        : given(own, reading));
    } finally {
      reading.close();
    }
    io.stdout.write(`coda is signed in to ${server}.\n`);
    return 0;
  });
}

export async function logout(flags: Flags, io: NodeJS.Process): Promise<number> {
  const [server = ''] = flags.args;
  if ((await ask(flags, io, 'mcp-logout', { server })) !== true) {
    throw usage(`Nobody is signed in to ${server}.`, `"coda mcp login ${server}" signs in.`);
  }
  io.stdout.write(`The tokens for ${server} are removed.\n`);
  return 0;
}

const RETURNS = 'coda goes on by itself. On another machine, paste the address of the page that it leads to:\n';
const BY_HAND =
  'It leads to a page that does not open (no HTTP of coda is there). Paste the address of that page here:\n';

/** Resolves when the browser has come back. */
async function arrived(own: Ask, server: string, attempt: string): Promise<void> {
  let late = 0;
  for (let looks = 0; looks < WITHIN_LOOKS; looks++) {
    const state = await own('mcp-login-state', { server, attempt });
    if (state === 'done') return;
    // Its code has come, and is being exchanged.
    if (state === 'none' && ++late > 30) throw usage('The sign-in failed.', 'The page in the browser says why.');
    await sleep(LOOK_MS);
  }
  throw usage('Nobody has signed in.', `"coda mcp login ${server}" begins again.`);
}

/** Resolves when what was pasted was taken; where nothing is, the browser is waited for. */
async function pasted(own: Ask, reading: Interface): Promise<void> {
  const line = await addressOf(reading);
  if (line === undefined) return new Promise(() => {});
  await own('mcp-login-end', { answer: line });
}

async function given(own: Ask, reading: Interface): Promise<void> {
  const line = await addressOf(reading);
  if (line === undefined) throw usage('There is no address.', 'Paste all of the address that the browser was sent to.');
  await own('mcp-login-end', { answer: line });
}

/** The first line that may be the address; a stray one ends nothing that a browser is about to finish. */
function addressOf(reading: Interface): Promise<string | undefined> {
  return new Promise((resolve) => {
    reading.on('line', (line) => {
      if (line.includes('state=')) resolve(line.trim());
    });
    reading.once('close', () => resolve(undefined));
  });
}
