import type { REST } from 'discord.js';
import { Typing } from '../../delivery/index.ts';

/** Discord shows it for 10 s. */
const AGAIN_MS = 8_000;
/** Of the requests that the client sends within a second, so many are left to what is said. */
const RESERVED = 25;

/** Shows in Discord's channels that an answer is being worked on. */
export function typingOn(rest: () => REST | undefined): Typing {
  return new Typing<string>({
    show: async (channel) => rest()?.post(`/channels/${channel}/typing`),
    againMs: AGAIN_MS,
    isBusy() {
      const now = rest();
      return now !== undefined && isBusy(now);
    },
  });
}

/** True if what is said would have to wait behind signs that something will be. */
function isBusy({ globalRemaining, globalReset }: REST): boolean {
  return globalReset > Date.now() && globalRemaining < RESERVED;
}
