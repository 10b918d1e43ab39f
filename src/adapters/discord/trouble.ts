/** Why there is no connection. */
import { statusOf } from './outcome.ts';

/** Why there is no connection, in a sentence for the owner. */
export interface Trouble {
  /** For programs that read what the doctor finds. */
  code: string;
  says: string;
  remedy: string;
}

/** The Gateway closed for good with this code. */
export class GatewayRefusal extends Error {
  readonly closeCode: number;

  constructor(closeCode: number) {
    super(`the Gateway closed with ${closeCode}`);
    this.closeCode = closeCode;
  }
}

export const TOKEN_REFUSED: Trouble = {
  code: 'TOKEN_REFUSED',
  says: 'Discord does not take the token',
  remedy:
    'Make a new one under Bot → Reset Token at discord.com/developers and put it into DISCORD_TOKEN or discord.token.',
};

export const CONTENT_REFUSED: Trouble = {
  code: 'INTENT_MISSING',
  says: 'Discord does not let coda read messages',
  remedy: 'Switch on Bot → Message Content Intent at discord.com/developers/applications.',
};

const refused = (what: string): Trouble => ({
  code: 'GATEWAY_REFUSES',
  says: `Discord’s Gateway refuses this coda (${what})`,
  remedy: 'Update coda. It is tried again every few minutes.',
});

/** Close codes of docs.discord.com/developers/topics/opcodes-and-status-codes after which no session can be begun. */
const REFUSALS: Readonly<Record<number, Trouble>> = {
  4004: TOKEN_REFUSED,
  4010: refused('invalid shard, 4010'),
  4011: refused('sharding required, 4011'),
  4012: refused('invalid API version, 4012'),
  4013: refused('invalid intents, 4013'),
  4014: CONTENT_REFUSED,
};

/** What a person has to mend; undefined for what passes by itself. */
export function troubleOf(error: unknown): Trouble | undefined {
  if (error instanceof GatewayRefusal) return REFUSALS[error.closeCode];
  // discord.js says so when the address of the Gateway was asked for with a token that is none.
  const { code } = error as { code?: unknown };
  return code === 'TokenInvalid' || statusOf(error) === 401 ? TOKEN_REFUSED : undefined;
}
