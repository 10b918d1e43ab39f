/**
 * Rate limits as documented (docs.discord.com/developers/topics/rate-limits): a bucket for each route and major
 * parameter, told in headers; 429 with `retry_after` in seconds; a global limit beside them. 401, 403 and 429 count
 * as invalid requests, of which 10,000 in 10 minutes bring a ban.
 */
import type { Body } from './model.ts';

export interface Bucket {
  limit: number;
  perMs: number;
}

export interface Limited {
  status: 429;
  body: Body;
  headers: Record<string, string>;
}

export class RateLimits {
  /** By `METHOD /route`; what is not listed has `otherwise`. */
  readonly buckets = new Map<string, Bucket>();
  otherwise: Bucket = { limit: 1_000, perMs: 1_000 };
  /** Answers with 401, 403 and 429 so far. */
  invalid = 0;
  private globalUntil = 0;
  private readonly used = new Map<string, { count: number; resetAt: number }>();

  /** From now on every route is closed for so long. */
  closeAll(ms: number, now: number): void {
    this.globalUntil = now + ms;
  }

  /** Counts one request; the headers for its answer, or the 429 it gets. */
  take(route: string, major: string, now: number): { headers: Record<string, string> } | Limited {
    if (now < this.globalUntil) return limited((this.globalUntil - now) / 1_000, true, {});
    const bucket = this.buckets.get(route) ?? this.otherwise;
    const key = `${route} ${major}`;
    const known = this.used.get(key);
    const window = known && known.resetAt > now ? known : { count: 0, resetAt: now + bucket.perMs };
    this.used.set(key, window);
    const resetAfter = (window.resetAt - now) / 1_000;
    const headers = {
      'X-RateLimit-Limit': String(bucket.limit),
      'X-RateLimit-Remaining': String(Math.max(0, bucket.limit - window.count - 1)),
      'X-RateLimit-Reset': String(window.resetAt / 1_000),
      'X-RateLimit-Reset-After': resetAfter.toFixed(3),
      'X-RateLimit-Bucket': Buffer.from(route).toString('hex').slice(0, 32),
    };
    if (window.count >= bucket.limit) return limited(resetAfter, false, headers);
    window.count++;
    return { headers };
  }
}

export function limited(seconds: number, global: boolean, headers: Record<string, string>): Limited {
  return {
    status: 429,
    body: { message: 'You are being rate limited.', retry_after: seconds, global },
    headers: {
      ...headers,
      'Retry-After': String(Math.ceil(seconds)),
      'X-RateLimit-Scope': global ? 'global' : 'user',
      ...(global && { 'X-RateLimit-Global': 'true' }),
    },
  };
}
