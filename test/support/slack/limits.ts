import { type Body, Refusal } from './model.ts';

/** Posting: one message a second and channel, with short bursts (docs.slack.dev/apis/web-api/rate-limits). */
const BURST = 3;
/** Tier 3: about 50 a minute for a method of a workspace. */
const TIER_3: readonly string[] = [
  ...['chat.update', 'chat.delete', 'users.conversations'],
  ...['conversations.history', 'conversations.replies', 'conversations.info', 'conversations.open'],
];
const TIER_3_A_MINUTE = 50;

/** How often methods may be called; off until it is switched on. */
export class RateLimits {
  on = false;
  /** Calls that were made although Slack had said to wait. */
  ignored = 0;
  private readonly spent = new Map<string, number[]>();
  private readonly until = new Map<string, { at: number; told: boolean }>();

  /** The next calls of a method in a channel (or anywhere) are refused for so many seconds. */
  refuse(method: string, seconds: number, now: number, channel = ''): void {
    this.until.set(`${method} ${channel}`, { at: now + seconds * 1_000, told: false });
  }

  check(method: string, args: Body, now: number): void {
    for (const key of [`${method} ${String(args.channel ?? '')}`, `${method} `]) {
      const until = this.until.get(key);
      if (until !== undefined && until.at > now) {
        if (until.told) this.ignored++;
        until.told = true;
        throw new Refusal('ratelimited', { retryAfter: Math.max(1, Math.ceil((until.at - now) / 1_000)) });
      }
    }
    if (!this.on) return;
    if (method === 'chat.postMessage') this.spend(`${method} ${String(args.channel)}`, BURST, BURST * 1_000, now);
    if (TIER_3.includes(method)) this.spend(`${method} `, TIER_3_A_MINUTE, 60_000, now);
  }

  private spend(key: string, most: number, withinMs: number, now: number): void {
    const recent = (this.spent.get(key) ?? []).filter((at) => at > now - withinMs);
    if (recent.length >= most) {
      const seconds = Math.max(1, Math.ceil(((recent[0] as number) + withinMs - now) / 1_000));
      this.until.set(key, { at: now + seconds * 1_000, told: true });
      throw new Refusal('ratelimited', { retryAfter: seconds });
    }
    this.spent.set(key, [...recent, now]);
  }
}
