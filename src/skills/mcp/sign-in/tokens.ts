/** What is kept of a server that a person has signed in to: sealed, under the server's name. */
import { z } from 'zod';
import type { Secrets } from '../../../base/log.ts';
import type { SkillSecrets } from '../../../secrets/index.ts';
import type { Besides } from '../../../storage/index.ts';

/** Values that are kept sealed, for everybody here. */
export type SealedValues = Pick<SkillSecrets, 'set' | 'remove' | 'shared'>;

/** As whom coda is known to the issuer, and what that gave it; fields of the issuer's own are kept as they came. */
const client = z.looseObject({ client_id: z.string(), client_secret: z.string().optional() });
const tokens = z.looseObject({
  access_token: z.string(),
  token_type: z.string(),
  refresh_token: z.string().optional(),
});
const discovery = z.looseObject({ authorizationServerUrl: z.string() });

const signedIn = z.object({ client, tokens, discovery: discovery.optional() });
const begun = z.object({
  state: z.string(),
  verifier: z.string(),
  redirect: z.string(),
  client,
  discovery: discovery.optional(),
  until: z.string(),
});

export type SignedIn = z.output<typeof signedIn>;
/** A sign-in that waits for its code. */
export type Begun = z.output<typeof begun>;

/** The sealed values of one server. */
export class Kept {
  private readonly values: SealedValues;
  private readonly hidden: Secrets;
  private readonly server: string;

  constructor(values: SealedValues, hidden: Secrets, server: string) {
    this.values = values;
    this.hidden = hidden;
    this.server = server;
  }

  async signedIn(): Promise<SignedIn | undefined> {
    const read = await this.read('OAUTH_TOKENS', signedIn);
    if (read) this.hide(read.tokens);
    return read;
  }

  async sign(value: SignedIn, besides?: Besides<void>): Promise<void> {
    this.hide(value.tokens);
    await this.values.set(this.named('OAUTH_TOKENS'), JSON.stringify(value), besides);
  }

  /** False where nobody was signed in. */
  forget(besides?: Besides<boolean>): Promise<boolean> {
    return this.values.remove(this.named('OAUTH_TOKENS'), besides);
  }

  begun(): Promise<Begun | undefined> {
    return this.read('OAUTH_LOGIN', begun);
  }

  begin(value: Begun): Promise<void> {
    return this.values.set(this.named('OAUTH_LOGIN'), JSON.stringify(value));
  }

  /** Only who is told true goes on with it. */
  take(): Promise<boolean> {
    return this.values.remove(this.named('OAUTH_LOGIN'));
  }

  private named(name: 'OAUTH_TOKENS' | 'OAUTH_LOGIN') {
    return { skill: `mcp:${this.server}`, name };
  }

  private async read<Schema extends z.ZodType>(
    name: 'OAUTH_TOKENS' | 'OAUTH_LOGIN',
    schema: Schema,
  ): Promise<z.output<Schema> | undefined> {
    const text = await this.values.shared(this.named(name));
    return text === undefined ? undefined : schema.parse(JSON.parse(text));
  }

  private hide({ access_token, refresh_token }: SignedIn['tokens']): void {
    this.hidden.add(access_token);
    this.hidden.add(refresh_token);
  }
}
