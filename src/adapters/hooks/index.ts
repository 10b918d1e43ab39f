/** Services that are told by a template of the configuration: ntfy, Gotify, a program of one's own. Nobody speaks from there. */
import type { World } from '../../base/world.ts';
import type { TargetServices } from '../../chat/index.ts';
import type { ChatAdapter, Content, Part, Place, SendOutcome } from '../../delivery/index.ts';
import type { Egress, EgressCode } from '../../egress/index.ts';
import { config, type Hook, type HooksConfig } from './config.ts';

interface HooksDeps {
  settings: HooksConfig;
  egress: Pick<Egress, 'fetch'>;
  world: Pick<World, 'clock'>;
}

const NAME = 'hook';
const WITHIN_MS = 9_000;
const MOST_ANSWER_BYTES = 64 * 1024;
/** ntfy takes 4,096 bytes of a message and makes a file of more. */
const MOST_BYTES = 3_900;
const GONE: readonly number[] = [404, 410];
const AGAIN: readonly number[] = [408, 425, 429];
const NEVER: readonly EgressCode[] = ['EGRESS_URL', 'EGRESS_PRIVATE', 'EGRESS_REDIRECTS'];
const LONGEST_PAUSE_S = 3_600;

export const hooks: TargetServices<HooksConfig> = {
  config,
  setting: `${config.key}.hooks`,
  namedPlaces: (settings) => new Map(Object.keys(settings.hooks).map((name) => [name, placeOf(name)])),
  open: ({ config: settings, egress, world }) => hooksAdapter({ settings, egress, world }),
};

const placeOf = (name: string): Place => ({ adapter: NAME, channel: name, space: 'hooks', kind: 'channel' });

function hooksAdapter({ settings, egress, world }: HooksDeps): ChatAdapter {
  return {
    name: NAME,
    // The key goes along, but whether a service heeds it nobody knows.
    guarantees: { deduplicatesForMs: 0, canFind: false, canEdit: false },
    start: async () => {},
    split: ({ text, files: _, buttons: __, ...content }: Content) => [{ ...content, text: cutBytes(text, MOST_BYTES) }],
    send: (part, signal) => post(part, signal),
    edit: async (receipt) => ({ kind: 'sent', receipt }),
    delete: async (receipt) => ({ kind: 'sent', receipt }),
    find: async () => undefined,
    close: async () => {},
  };

  async function post(part: Part, signal: AbortSignal): Promise<SendOutcome> {
    const { channel } = part.place;
    const hook = Object.hasOwn(settings.hooks, channel) ? settings.hooks[channel] : undefined;
    if (!hook) return { kind: 'gone', reason: `targets.hooks.${channel} is not configured any more` };
    const answer = await egress.fetch(hook.url, {
      method: 'POST',
      ...requestOf(hook, part),
      limits: { totalMs: WITHIN_MS, maxBytes: MOST_ANSWER_BYTES },
      signal,
    });
    if (!answer.ok) return outcomeOf(answer);
    answer.close();
    const { status, headers } = answer;
    const reason = `it answered ${status}`;
    if (status >= 200 && status < 300) return { kind: 'sent', receipt: { id: part.key } };
    if (GONE.includes(status)) return { kind: 'gone', reason };
    if (status >= 500 || AGAIN.includes(status)) return { kind: 'retry', reason, ...pauseOf(headers['retry-after']) };
    return { kind: 'refused', reason, fault: status === 401 || status === 403 ? 'auth_expired' : 'refused' };
  }

  function pauseOf(after: string | undefined): { afterMs?: number } {
    if (after === undefined) return {};
    const seconds = /^\d+$/.test(after) ? Number(after) : (Date.parse(after) - world.clock.now().getTime()) / 1_000;
    return seconds > 0 ? { afterMs: Math.min(seconds, LONGEST_PAUSE_S) * 1_000 } : {};
  }
}

function outcomeOf({ code, message }: { code: EgressCode; message: string }): SendOutcome {
  if (NEVER.includes(code)) return { kind: 'refused', reason: message, fault: 'refused' };
  return { kind: 'unknown', reason: message };
}

/** Headers and body of a post; a value goes into JSON as a value, whatever stands in it. Pure. */
function requestOf(
  { headers, body, token }: Pick<Hook, 'headers' | 'body' | 'token'>,
  { key, content }: Pick<Part, 'key' | 'content'>,
): { headers: Record<string, string>; body: string } {
  const values: Record<string, string> = { text: content.text, kind: content.kind };
  const put = (text: string) => text.replace(/\{\{\s*(text|kind)\s*\}\}/g, (_, name: string) => values[name] ?? '');
  const isJson = typeof body !== 'string';
  const filled = (value: string | number | boolean) => (typeof value === 'string' ? put(value) : value);
  return {
    headers: {
      'content-type': isJson ? 'application/json' : 'text/plain; charset=utf-8',
      'idempotency-key': key,
      // No line of what is told begins a header of its own.
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, headerText(put(value))])),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: isJson
      ? JSON.stringify(Object.fromEntries(Object.entries(body).map(([name, value]) => [name, filled(value)])))
      : put(body),
  };
}

const LONGEST_HEADER = 200;
/** Bytes in an encoded word of at most 75 signs (RFC 2047, 2), in whole characters. */
const WORD_BYTES = 42;

/** Header fields are ASCII: other letters are encoded as they are in mails, which ntfy and Gotify read. */
function headerText(text: string): string {
  const plain = text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_HEADER);
  if (!/[^\x20-\x7e]/.test(plain)) return plain;
  const words: string[] = [''];
  for (const sign of plain) {
    const word = words.at(-1) ?? '';
    if (Buffer.byteLength(word + sign) > WORD_BYTES) words.push(sign);
    else words[words.length - 1] = word + sign;
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join(' ');
}

/** As many whole characters as have room, and that there was more. */
function cutBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  let end = most;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return `${bytes.subarray(0, end).toString()}…`;
}
