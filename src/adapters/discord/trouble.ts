import { messageOf } from '../../base/errors.ts';
import { reachTrouble } from '../../base/reach.ts';
import { statusOf } from './outcome.ts';
import { NotDiscordError } from './transport.ts';

/** Why there is no connection, in a sentence for the owner. */
export interface Trouble {
  code: string;
  says: string;
  remedy: string;
}

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

interface Form {
  form: RegExp;
  says: string;
  remedy: string;
}

const WHERE = 'Bot → Reset Token at discord.com/developers shows the token, once';

const FORMS: readonly Form[] = [
  {
    form: /^(?:bot|bearer)\s/i,
    says: 'begins with a word that belongs to requests (“Bot ”), and not to the token',
    remedy: 'Take that word away where the token stands: only what follows it is the token.',
  },
  {
    form: /^["'`]|["'`]$|\s/,
    says: 'has quotes, blanks or line breaks in it',
    remedy: 'Take them away where the token stands, and leave nothing but the token there.',
  },
  {
    form: /^[\w-]{32}$/,
    says: 'looks like the client secret of the application (OAuth2)',
    remedy: `The bot’s token is another one: ${WHERE}.`,
  },
  {
    form: /^[0-9a-f]{64}$/i,
    says: 'looks like the public key of the application',
    remedy: `The bot’s token is another one: ${WHERE}.`,
  },
  {
    form: /^\d{17,20}$/,
    says: 'looks like an id',
    remedy: `The bot’s token is another one: ${WHERE}.`,
  },
];

/** Why Discord does not take `token`, which is not repeated: what else it looks like, if anything. Pure. */
export function tokenTrouble(token: string): Trouble {
  const match = FORMS.find(({ form }) => form.test(token));
  if (!match) return TOKEN_REFUSED;
  return { code: 'TOKEN_FORM', says: `what stands as the token ${match.says}`, remedy: match.remedy };
}

export const CONTENT_REFUSED: Trouble = {
  code: 'INTENT_MISSING',
  says: 'Discord does not let coda read messages',
  remedy: 'Switch on Bot → Message Content Intent at discord.com/developers/applications.',
};

const refusedTrouble = (what: string): Trouble => ({
  code: 'GATEWAY_REFUSES',
  says: `Discord’s Gateway refuses this coda (${what})`,
  remedy: 'Update coda. It is tried again every few minutes.',
});

/** Close codes of docs.discord.com/developers/topics/opcodes-and-status-codes after which no session can be begun. */
const REFUSALS: Readonly<Record<number, Trouble>> = {
  4004: TOKEN_REFUSED,
  4010: refusedTrouble('invalid shard, 4010'),
  4011: refusedTrouble('sharding required, 4011'),
  4012: refusedTrouble('invalid API version, 4012'),
  4013: refusedTrouble('invalid intents, 4013'),
  4014: CONTENT_REFUSED,
};

/** Trouble that a person has to mend; undefined for what passes by itself. */
export function troubleOf(error: unknown, token: string): Trouble | undefined {
  if (error instanceof GatewayRefusal) {
    const refusal = REFUSALS[error.closeCode];
    return refusal === TOKEN_REFUSED ? tokenTrouble(token) : refusal;
  }
  // discord.js says so when the address of the Gateway was asked for with a token that is none.
  const { code } = error as { code?: unknown };
  return code === 'TokenInvalid' || statusOf(error) === 401 ? tokenTrouble(token) : undefined;
}

/** The cause that keeps requests or the Gateway away from Discord on their way, and is tried again; undefined for any other failure. */
export function wayTrouble(error: unknown): Trouble | undefined {
  const tls = reachTrouble(error);
  if (tls) return { ...tls, says: `Discord’s address ${tls.says}` };
  const message = messageOf(error);
  const [, upgrade] = /Unexpected server response: (\d{3})/.exec(message) ?? [];
  if (upgrade !== undefined) {
    return {
      code: 'GATEWAY_BLOCKED',
      says: `the connection to Discord’s Gateway is refused on its way (status ${upgrade})`,
      remedy:
        'A proxy or firewall takes no WebSockets to gateway.discord.gg, or Discord bars this address: allow ' +
        'wss://*.discord.gg there, or name another way in HTTPS_PROXY.',
    };
  }
  if (!(error instanceof NotDiscordError) && statusOf(error) !== 403) return undefined;
  return {
    code: 'PLATFORM_BLOCKED',
    says: `somebody between answers in Discord’s place, or bars this address (${message})`,
    remedy:
      'Open https://discord.com/api/v10/gateway on this machine (curl): allow discord.com in the proxy or firewall that ' +
      'answers there. Where Discord itself bars the address of a hoster, use another way out (HTTPS_PROXY).',
  };
}
