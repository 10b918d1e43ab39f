/** Renewals of the tokens of one server: each refresh token is used once here, and it is known what came of which. */
import { z } from 'zod';
import { type Fetch, isText } from '../wire/http.ts';

interface Came {
  text: string;
  answer: Response;
}

const MOST = 20;
const given = z.looseObject({ access_token: z.string() });

/** The SDK tells a provider what tokens came, and not with which refresh token: others may be kept by then. */
export class Renewals {
  private readonly running = new Map<string, Promise<Came>>();
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

  /** Several requests that are refused at once renew the tokens once: a second use of a refresh token may end them all. */
  through(fetch: Fetch): Fetch {
    return async (url, init) => {
      const body = isText(init?.body) ? new URLSearchParams(init.body.toString()) : undefined;
      const refresh = body?.get('grant_type') === 'refresh_token' ? (body.get('refresh_token') ?? '') : undefined;
      if (refresh === undefined) return fetch(url, init);
      const under = this.running.get(refresh) ?? this.begin(refresh, fetch(url, init));
      const { text, answer } = await under;
      return new Response(text, { status: answer.status, headers: answer.headers });
    };
  }

  private begin(refresh: string, asked: Promise<Response>): Promise<Came> {
    const under = asked
      .then(async (answer) => {
        const text = await answer.text();
        this.note(refresh, answer.ok ? accessIn(text) : undefined);
        return { text, answer };
      })
      .finally(() => this.running.delete(refresh));
    this.running.set(refresh, under);
    return under;
  }

  private note(refresh: string, access: string | undefined): void {
    if (access === undefined) this.refused.add(refresh);
    else this.used.set(access, refresh);
    for (const known of [this.refused, this.used]) {
      for (const old of known.keys()) if (known.size > MOST) known.delete(old);
    }
  }
}

function accessIn(text: string): string | undefined {
  try {
    return given.parse(JSON.parse(text)).access_token;
  } catch {
    return undefined;
  }
}
