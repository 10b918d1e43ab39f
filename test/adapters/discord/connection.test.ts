import { afterEach, describe, expect, test } from 'vitest';
import { config as block } from '../../../src/adapters/discord/config.ts';
import { Connection, type GatewayHandlers } from '../../../src/adapters/discord/connection.ts';
import { createLog, Secrets } from '../../../src/base/log.ts';
import { FakeDiscord } from '../../support/discord/index.ts';
import { eventually } from '../../support/eventually.ts';

/** discord.js waits for 500 ms before it resumes. */
const QUICK = { firstWait: 20, backWithin: 10_000, awayAfter: 100 };
const IMPATIENT = { ...QUICK, backWithin: 700 };

/** discord.js with what coda puts around it, and nothing of coda behind it. */
async function connect({ open = true, times = QUICK } = {}) {
  const fake = await FakeDiscord.start();
  const log: string[] = [];
  const seen = { ready: 0, resumed: 0 };
  const heard = {
    ...(Object.fromEntries(
      ['message', 'onEdit', 'onDelete', 'guild', 'channel', 'interaction'].map((each) => [each, () => {}]),
    ) as unknown as GatewayHandlers),
    ready: () => void seen.ready++,
    onResume: () => void seen.resumed++,
  };
  const config = block.schema.parse({ token: fake.token, api_url: fake.apiUrl }) as never;
  const write = (line: string) => void log.push(line);
  const connection = new Connection({ config, log: createLog('debug', new Secrets(), { write }) }, heard, times);
  if (open) await connection.open();
  return {
    fake,
    log,
    seen,
    connection,
    async [Symbol.asyncDispose]() {
      await connection.close();
      await fake.close();
    },
  };
}

/** What nobody waits for and fails would end the process. */
const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);
process.on('unhandledRejection', note);
afterEach(() => expect(unhandled.splice(0)).toEqual([]));

describe('a control frame that cannot be understood', () => {
  const ready = (change: object) => (packet: { t?: string; d?: unknown }) =>
    packet.t === 'READY' ? { ...packet, d: { ...(packet.d as object), ...change } } : undefined;

  test.each([
    ['hello without data', (packet: { op: number }) => (packet.op === 10 ? { op: 10 } : undefined)],
    ['hello with null', (packet: { op: number }) => (packet.op === 10 ? { op: 10, d: null } : undefined)],
    ...[0, -1, 1e15, 'soon', null].map(
      (interval) =>
        [
          `a heartbeat every ${interval}`,
          (packet: { op: number }) => (packet.op === 10 ? { op: 10, d: { heartbeat_interval: interval } } : undefined),
        ] as const,
    ),
    ['READY without data', (packet: { t?: string }) => (packet.t === 'READY' ? { ...packet, d: null } : undefined)],
    ['READY without a session', ready({ session_id: undefined })],
    ['READY without servers', ready({ guilds: null })],
    ['READY without a user', ready({ user: {} })],
    ['READY without an application', ready({ application: undefined })],
    [
      'READY without a sequence',
      (packet: { t?: string }) => (packet.t === 'READY' ? { ...packet, s: 'x' } : undefined),
    ],
  ] as const)('is a failed attempt, and the next one follows: %s', async (_, twist) => {
    await using gate = await connect({ open: false });
    const { fake, seen, connection } = gate;
    let sent = 0;
    fake.gateway.twist = (packet) => {
      const twisted = (twist as (packet: object) => unknown)(packet);
      return twisted !== undefined && ++sent === 1 ? twisted : undefined;
    };
    await connection.open();
    expect(await eventually(() => seen.ready === 1)).toBe(true);
    expect(sent).toBe(2);
    expect(connection.lastingTrouble).toBeUndefined();
    expect(fake.gateway.connected).toBe(1);
  });

  test.each([
    ['an invalid session without data', { op: 9 }],
    ['an invalid session with words', { op: 9, d: 'no' }],
    ['a second hello without data', { op: 10 }],
  ])('in the middle of a session begins another one: %s', async (_, frame) => {
    await using gate = await connect();
    const { fake, seen } = gate;
    fake.gateway.raw(frame);
    expect(await eventually(() => seen.ready === 2)).toBe(true);
  });

  test.each([
    null,
    7,
    'words',
    [],
    { op: 'dispatch' },
    { op: 0 },
    { op: 0, t: 'GUILD_CREATE', s: 2, d: null },
    { op: 77 },
  ])('or an event without its data changes nothing: %j', async (frame) => {
    await using gate = await connect();
    const { fake, seen } = gate;
    fake.gateway.raw(frame);
    fake.gateway.drop('close');
    expect(await eventually(() => seen.resumed === 1)).toBe(true);
    expect(fake.gateway.identifies).toBe(1);
  });

  test.each(['not an address', 'ftp://127.0.0.1/', 'ws://', 42, undefined])(
    'with %s as its address to resume at: it is resumed where it began',
    async (address) => {
      await using gate = await connect({ open: false });
      const { fake, seen, connection } = gate;
      fake.gateway.twist = ready({ resume_gateway_url: address });
      await connection.open();
      fake.gateway.drop('close');
      expect(await eventually(() => seen.resumed === 1)).toBe(true);
    },
  );

  test('an address of the Gateway that is none is a failed attempt', async () => {
    await using gate = await connect({ open: false });
    const { fake, seen, connection } = gate;
    let asked = 0;
    fake.rest.fault = ({ route }) =>
      route === '/gateway/bot' && asked++ === 0
        ? {
            status: 200,
            type: 'application/json',
            foreign: JSON.stringify({
              url: 'nowhere at all',
              shards: 1,
              session_start_limit: { total: 1, remaining: 1, reset_after: 1, max_concurrency: 1 },
            }),
          }
        : undefined;
    await connection.open();
    expect(await eventually(() => seen.ready === 1)).toBe(true);
  });
});

describe('a session that is not resumed', () => {
  test('because nobody answers is begun anew, and coda says that it is away until then', async () => {
    await using gate = await connect({ times: IMPATIENT });
    const { fake, seen, connection } = gate;
    fake.gateway.twist = ({ t }) => (t === 'RESUMED' ? null : undefined);
    fake.gateway.drop('close');
    expect(await eventually(() => connection.lastingTrouble?.says)).toContain('Gateway does not answer');
    expect(connection.awayForMs).toBeGreaterThan(0);
    expect(connection.rest).toBeDefined();
    expect(await eventually(() => seen.ready === 2)).toBe(true);
    expect(connection.lastingTrouble).toBeUndefined();
    expect(connection.awayForMs).toBeUndefined();
    expect(fake.gateway.connected).toBe(1);
  });

  test('because its address answers nothing is begun anew', async () => {
    await using dead = await connect({ open: false });
    dead.fake.gateway.away = true;
    await using gate = await connect({ open: false, times: IMPATIENT });
    const { fake, seen, connection } = gate;
    fake.gateway.twist = (packet) =>
      packet.t === 'READY'
        ? { ...packet, d: { ...(packet.d as object), resume_gateway_url: dead.fake.gatewayUrl } }
        : undefined;
    await connection.open();
    fake.gateway.drop('close');
    expect(await eventually(() => seen.ready === 2)).toBe(true);
  });
});

describe('a close code', () => {
  test.each([4010, 4011, 4012, 4013])('%i is not taken for a refused token', async (code) => {
    await using gate = await connect({ open: false });
    const { fake, connection } = gate;
    fake.gateway.closesWith = code;
    await connection.open();
    expect(connection.lastingTrouble?.says).toContain(String(code));
    expect(connection.lastingTrouble?.says).not.toContain('token');
  });

  test('that refuses the token, in the middle of a session, is', async () => {
    await using gate = await connect();
    const { fake, connection } = gate;
    fake.token = 'another';
    fake.gateway.drop('end');
    expect(await eventually(() => connection.lastingTrouble?.says.includes('token'))).toBe(true);
    expect(connection.rest).toBeUndefined();
  });

  test('of the network is none: a port with 401 in it says nothing about the token', async () => {
    const fake = await FakeDiscord.start({ port: 24_401 });
    await fake.close();
    const config = block.schema.parse({ token: 'some-token', api_url: 'http://127.0.0.1:24401/api' }) as never;
    const log = createLog('error', new Secrets(), { write: () => {} });
    const connection = new Connection({ config, log }, {} as GatewayHandlers, QUICK);
    await connection.open();
    expect(connection.lastingTrouble?.says).toContain('24401');
    expect(connection.lastingTrouble?.says).not.toContain('token');
    await connection.close();
  });
});
