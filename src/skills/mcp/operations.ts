/** Operations of the owner: signing in to MCP servers. */
import { createInterface, type Interface } from 'node:readline';
import { z } from 'zod';
import { sleep } from '../../base/async.ts';
import { CodaError } from '../../base/errors.ts';
import { type AskFor, operation, usage } from '../../chat/operation.ts';
import type { SignIns } from './sign-in/sign-in.ts';
import { texts } from './texts.ts';

const LOOK_MS = 1_000;
const WITHIN_LOOKS = 600;

const OF_SERVER = z.object({ server: z.string() });

const begin = operation({
  name: 'mcp login',
  input: OF_SERVER,
  run: (signIns: SignIns, { server }) => signIns.begin(server),
});

const state = operation({
  name: 'mcp login state',
  input: z.object({ server: z.string(), attempt: z.string() }),
  run: (signIns: SignIns, { server, attempt }) => signIns.stateOf(server, attempt),
});

const finish = operation({
  name: 'mcp login end',
  input: z.object({ answer: z.string() }),
  run: (signIns: SignIns, { answer }) => signIns.endSignIn(answerIn(answer)),
});

function answerIn(pasted: string): URLSearchParams {
  const url = URL.parse(pasted.trim());
  if (url?.searchParams.has('state')) return url.searchParams;
  throw new CodaError('INPUT_INVALID', { message: texts.noAddress, remedy: texts.noAddressRemedy });
}

/** Shows where to sign in, and waits for the browser to come back to coda or for its address to be pasted. */
const login = operation({
  name: 'mcp login',
  summary: 'sign in to an MCP server of the configuration, in a browser',
  example: 'coda mcp login linear',
  input: OF_SERVER,
  args: ['server'],
  async conduct(ask, { server }, { io }) {
    const { url, returns, attempt } = await ask(begin, { server });
    io.stdout.write(`Sign in here:\n${url}\n\n${returns ? RETURNS : BY_HAND}`);
    const reading = createInterface({ input: io.stdin });
    try {
      await (returns
        ? Promise.race([waitForArrival(ask, server, attempt), takePasted(ask, reading)])
        : askForAddress(ask, reading));
    } finally {
      reading.close();
    }
    return `coda is signed in to ${server}.\n`;
  },
});

const RETURNS = 'coda goes on by itself. On another machine, paste the address of the page that it leads to:\n';
const BY_HAND =
  'It leads to a page that does not open (no HTTP of coda is there). Paste the address of that page here:\n';

async function waitForArrival(ask: AskFor, server: string, attempt: string): Promise<void> {
  let late = 0;
  for (let looks = 0; looks < WITHIN_LOOKS; looks++) {
    const status = await ask(state, { server, attempt });
    if (status === 'done') return;
    // Its code has come, and is being exchanged.
    if (status === 'none' && ++late > 30) throw usage('The sign-in failed.', 'The page in the browser says why.');
    await sleep(LOOK_MS);
  }
  throw usage('Nobody has signed in.', `"coda mcp login ${server}" begins again.`);
}

/** Resolves when what was pasted was taken; where nothing is, the browser is waited for. */
async function takePasted(ask: AskFor, reading: Interface): Promise<void> {
  const answer = await addressOf(reading);
  if (answer === undefined) return new Promise(() => {});
  await ask(finish, { answer });
}

async function askForAddress(ask: AskFor, reading: Interface): Promise<void> {
  const answer = await addressOf(reading);
  if (answer === undefined)
    throw usage('There is no address.', 'Paste all of the address that the browser was sent to.');
  await ask(finish, { answer });
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

const logout = operation({
  name: 'mcp logout',
  summary: 'forget what a sign-in gave',
  example: 'coda mcp logout linear',
  input: OF_SERVER,
  args: ['server'],
  run: (signIns: SignIns, { server }) => signIns.signOut(server),
  show(isDone, { server }) {
    if (!isDone) throw usage(`Nobody is signed in to ${server}.`, `"coda mcp login ${server}" signs in.`);
    return `The tokens for ${server} are removed.\n`;
  },
});

export const mcpOperations = [begin, state, finish, login, logout];
