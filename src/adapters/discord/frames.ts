/** Validates Gateway frames before discord.js acts on them. Pure. */
import { z } from 'zod';
import { isUrl } from '../../base/urls.ts';

/** An event that discord.js is not shown. */
export interface StrangeEvent {
  event: string;
  strange: string;
}

const HELLO = 10;
const INVALID_SESSION = 9;
const DISPATCH = 0;

const snowflake = z.string().regex(/^\d{1,20}$/);
/** A timer beyond 2³¹ ms fires at once, and again and again. */
const hello = z.looseObject({ heartbeat_interval: z.number().min(10).max(600_000) });
const ready = z.looseObject({
  session_id: z.string().min(1),
  user: z.looseObject({ id: snowflake }),
  application: z.looseObject({ id: snowflake }),
  guilds: z.array(z.looseObject({ id: snowflake })),
});
const dispatch = z.looseObject({ t: z.string(), s: z.int().nonnegative() });

/**
 * The frame, as far as it can be gone by: an address to resume at that is none becomes `gateway`. Throws on a control
 * frame that cannot be understood: the connection is of no use then.
 */
export function frameOf(frame: unknown, gateway: string): object | StrangeEvent | null {
  if (frame === null || frame === undefined) return null;
  if (typeof frame !== 'object') return { event: typeof frame, strange: 'it is no object' };
  const { op, t, d } = frame as { op?: unknown; t?: unknown; d?: unknown };
  if (op === HELLO) return { ...frame, d: control('hello', hello, d) };
  if (op === INVALID_SESSION) return { ...frame, d: control('invalid session', z.boolean(), d) };
  if (op !== DISPATCH || t === 'RESUMED') return frame;
  const isReady = t === 'READY';
  if (isReady) control('READY', ready, d);
  const event = dispatch.safeParse(frame);
  if (!event.success) {
    if (isReady) throw new Error('the Gateway sent a READY without a sequence');
    return { event: String(t), strange: 'it has no name or no sequence' };
  }
  if (typeof d !== 'object' || d === null) return { event: event.data.t, strange: 'it has no data' };
  if (!isReady) return frame;
  const { resume_gateway_url: url } = d as { resume_gateway_url?: unknown };
  return { ...frame, d: { ...d, resume_gateway_url: isAddress(url) ? url : gateway } };
}

function control<T>(name: string, shape: z.ZodType<T>, data: unknown): T {
  const { success, data: checked } = shape.safeParse(data);
  if (!success) throw new Error(`the Gateway sent a ${name} that cannot be understood`);
  return checked;
}

function isAddress(url: unknown): boolean {
  return typeof url === 'string' && isUrl(url) && /^wss?:$/.test(new URL(url).protocol);
}
