/** Tokens of a server that a person has signed in to: sealed, under the server's name. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Secrets } from '../../../base/log.ts';
import type { SkillSecrets } from '../../../secrets/index.ts';
import type { WritesBesides } from '../../../storage/index.ts';

export type SealedValues = Pick<SkillSecrets, 'document' | 'changeDocument'>;

/** As whom coda is known to the issuer, and what that gave it; fields of the issuer's own are kept as they came. */
const client = z.looseObject({
  client_id: z.string(),
  client_secret: z.string().optional(),
  registration_access_token: z.string().optional(),
});
const tokens = z.looseObject({
  access_token: z.string(),
  token_type: z.string(),
  refresh_token: z.string().optional(),
});
const discovery = z.looseObject({ authorizationServerUrl: z.string() });

const signIn = z.object({
  client,
  discovery: discovery.optional(),
  /** Tells the sign-in that it came of from others, to who waits for that one. */
  attempt: z.string().optional(),
});
const signedIn = signIn.extend({ tokens });
/** The issuer has refused to renew the tokens: they are gone, but another process may just have renewed them. */
const refused = signIn.extend({ refused: z.string() });
const kept = z.union([signedIn, refused]);
const begun = z.object({
  state: z.string(),
  verifier: z.string(),
  redirect: z.string(),
  client,
  discovery: discovery.optional(),
  until: z.string(),
});

export type SignedIn = z.output<typeof signedIn>;
export type BegunSignIn = z.output<typeof begun>;
type Tokens = SignedIn['tokens'];

export class KeptSignIn {
  private readonly values: SealedValues;
  private readonly hidden: Secrets;
  private readonly server: string;

  constructor(values: SealedValues, secrets: Secrets, server: string) {
    this.values = values;
    this.hidden = secrets;
    this.server = server;
  }

  /** `refused`: somebody was signed in until the issuer refused to renew it. */
  async state(): Promise<SignedIn | 'refused' | undefined> {
    const read = parseStored(kept, await this.values.document(this.valueKey('OAUTH_TOKENS')));
    if (read && 'refused' in read) return 'refused';
    if (read) this.hide(read);
    return read;
  }

  async signedIn(): Promise<SignedIn | undefined> {
    const state = await this.state();
    return state === 'refused' ? undefined : state;
  }

  async sign(value: SignedIn, besides?: WritesBesides<void>): Promise<void> {
    this.hide(value);
    await this.values.changeDocument(this.valueKey('OAUTH_TOKENS'), () => JSON.stringify(value), besides);
  }

  /** Keeps what was got with the refresh token `used`, unless somebody has signed in or out meanwhile. */
  async renew(used: string, tokens: Tokens): Promise<void> {
    await this.values.changeDocument(this.valueKey('OAUTH_TOKENS'), (text) => {
      const now = parseStored(kept, text);
      if (!now || ('refused' in now ? now.refused : markOf(now.tokens.refresh_token)) !== markOf(used)) return text;
      const { client, discovery, attempt } = now;
      const renewed = { client, discovery, attempt, tokens };
      this.hide(renewed);
      return JSON.stringify(renewed);
    });
  }

  /** Forgets the tokens if they are those that were refused. */
  async refuse(isRefused: (tokens: Tokens) => boolean): Promise<void> {
    await this.values.changeDocument(this.valueKey('OAUTH_TOKENS'), (text) => {
      const now = parseStored(kept, text);
      if (!now || 'refused' in now || !isRefused(now.tokens)) return text;
      const { client, discovery, attempt, tokens } = now;
      return JSON.stringify({ client, discovery, attempt, refused: markOf(tokens.refresh_token) });
    });
  }

  async forget(besides?: WritesBesides<void>): Promise<boolean> {
    let was = false;
    await this.values.changeDocument(
      this.valueKey('OAUTH_TOKENS'),
      (text) => {
        const now = parseStored(kept, text);
        was = now !== undefined && 'tokens' in now;
        return undefined;
      },
      besides,
    );
    return was;
  }

  async readBegun(): Promise<BegunSignIn | undefined> {
    const read = parseStored(begun, await this.values.document(this.valueKey('OAUTH_LOGIN')));
    if (read) this.hide(read);
    return read;
  }

  async begin(value: BegunSignIn): Promise<void> {
    this.hide(value);
    await this.values.changeDocument(this.valueKey('OAUTH_LOGIN'), () => JSON.stringify(value));
  }

  /** Only who is told true goes on with the sign-in that has this state. */
  async take(state: string): Promise<boolean> {
    let was = false;
    await this.values.changeDocument(this.valueKey('OAUTH_LOGIN'), (text) => {
      was = parseStored(begun, text)?.state === state;
      return was ? undefined : text;
    });
    return was;
  }

  private valueKey(name: 'OAUTH_TOKENS' | 'OAUTH_LOGIN') {
    return { skill: `mcp:${this.server}`, name };
  }

  private hide(value: { client: BegunSignIn['client']; tokens?: Tokens; verifier?: string }): void {
    const { client, tokens, verifier } = value;
    const own = [client.client_secret, client.registration_access_token, verifier];
    this.hidden.renew(`mcp:${this.server}`, [tokens?.access_token, tokens?.refresh_token, ...own]);
  }
}

/** Mark of a sign-in or a refresh token, which reveals nothing of it. */
export const markOf = (secret = '') => createHash('sha256').update(secret).digest('base64url');

function parseStored<Schema extends z.ZodType>(schema: Schema, text: string | undefined): z.output<Schema> | undefined {
  return text === undefined ? undefined : schema.parse(JSON.parse(text));
}
