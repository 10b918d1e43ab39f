/** Renewals of the tokens of one server: each refresh token is used once here, and it is known what came of which. */
import { z } from 'zod';
import type { Fetch } from '../wire/answers.ts';
import { isText } from '../wire/http.ts';

interface Came {
  text: string;
  answer: Response;
}

const MOST = 20;
const given = z.looseObject({ access_token: z.string(), refresh_token: z.string().optional() });

/** The SDK tells a provider what tokens came, and not with which refresh token: others may be kept by then. */
export class Renewals {
  /** By refresh token: what comes, or has come, of it. */
  private readonly renewals = new Map<string, Promise<Came>>();
  /** By the access token that came. */
  private readonly used = new Map<string, string>();
  private readonly refused = new Set<string>();

  /** The refresh token that this access token was got with. */
  behind(access: string): string | undefined {
    return this.used.get(access);
  }

  isRefused(refresh: string | undefined): boolean {
    return refresh !== undefined && this.refused.has(refresh);
  }

  /**
   * Several requests that are refused at once renew the tokens once: a second use of a refresh token may end them all. Who
   * has read one before its successor was stored gets what came of it, too.
   */
  through(fetch: Fetch): Fetch {
    return async (url, init) => {
      const body = isText(init?.body) ? new URLSearchParams(init.body.toString()) : undefined;
      const refresh = body?.get('grant_type') === 'refresh_token' ? (body.get('refresh_token') ?? '') : undefined;
      if (refresh === undefined) return fetch(url, init);
      const { text, answer } = await (this.renewals.get(refresh) ?? this.begin(refresh, fetch(url, init)));
      return new Response(text, { status: answer.status, headers: answer.headers });
    };
  }

  private begin(refresh: string, asked: Promise<Response>): Promise<Came> {
    const coming = this.renew(refresh, asked);
    this.renewals.set(refresh, coming);
    bound(this.renewals);
    return coming;
  }

  private async renew(refresh: string, asked: Promise<Response>): Promise<Came> {
    let isSpent = false;
    try {
      const answer = await asked;
      const text = await answer.text();
      const came = answer.ok ? tokensIn(text) : undefined;
      this.note(refresh, came?.access_token);
      // One that lasts is used again when the next access token has expired.
      isSpent = came?.refresh_token !== undefined && came.refresh_token !== refresh;
      return { text, answer };
    } finally {
      if (!isSpent) this.renewals.delete(refresh);
    }
  }

  private note(refresh: string, access: string | undefined): void {
    if (access === undefined) this.refused.add(refresh);
    else this.used.set(access, refresh);
    for (const known of [this.refused, this.used]) bound(known);
  }
}

/** Keeps the newest. */
function bound(known: Map<string, unknown> | Set<string>): void {
  for (const old of known.keys()) if (known.size > MOST) known.delete(old);
}

function tokensIn(text: string): z.output<typeof given> | undefined {
  try {
    return given.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
