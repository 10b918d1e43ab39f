/**
 * The connection beside the pool: hears and sends hints, and carries heartbeats, which wait neither for a free connection
 * nor for rows that others hold. Losing it loses hints, never anything else.
 */
import type { Client, QueryResult } from 'pg';
import { backOff, Sequence, sleep } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import type { Hint, Param, Result, Row } from '../port.ts';
import { encodeParams } from '../values.ts';
import {
  channelName,
  configOf,
  connectionError,
  type Driver,
  isLost,
  processOf,
  quote,
  storageError,
  type Target,
} from './connect.ts';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;
const CONNECT_MS = 5_000;

export class Listener {
  private readonly driver: Driver;
  private readonly target: Target;
  private readonly world: World;
  private readonly heard: (channel: string, payload: string) => void;
  private readonly sequence = new Sequence();
  private readonly channels = new Set<string>();
  private readonly stopping = new AbortController();
  private client: Client | undefined;
  private reconnecting = false;

  constructor(
    driver: Driver,
    target: Target,
    world: World,
    onNotification: (channel: string, payload: string) => void,
  ) {
    this.driver = driver;
    this.target = target;
    this.world = world;
    this.heard = onNotification;
  }

  get hears(): boolean {
    return !this.target.pooled;
  }

  async add(channel: string): Promise<void> {
    this.channels.add(channel);
    await this.use((client) => this.ask(client, `listen ${this.nameOf(channel)}`));
  }

  async remove(channel: string): Promise<void> {
    this.channels.delete(channel);
    await this.use((client) => this.ask(client, `unlisten ${this.nameOf(channel)}`));
  }

  /** Runs one statement; connects for it when the connection is away. Throws what no connection or the server says. */
  async run(sql: string, params: readonly Param[]): Promise<Result<Row>> {
    return this.sequence.run(async () => {
      let client: Client | undefined;
      try {
        client = await this.connectedClient();
        const { rows, rowCount } = await this.ask(client, sql, encodeParams(params));
        return { rows, count: rowCount ?? 0 };
      } catch (error) {
        if (client === undefined) throw connectionError(error, this.target);
        if (isLost(error)) this.loseClient(client, error);
        throw storageError(error, this.target);
      }
    });
  }

  send(hints: readonly Hint[]): void {
    const channels = hints.map(({ channel }) => channelName(this.target.schema, channel));
    const payloads = hints.map(({ payload }) => payload);
    void this.use((client) =>
      this.ask(
        client,
        'select pg_notify(channel, payload) from unnest($1::text[], $2::text[]) as hint (channel, payload)',
        [channels, payloads],
      ),
    );
  }

  async close(): Promise<void> {
    await this.sequence.idle();
    this.stopping.abort();
    await this.client?.end().catch(() => {});
  }

  private nameOf(channel: string): string {
    return quote(channelName(this.target.schema, channel));
  }

  /** Connects on first use. What fails is left to the reconnection, which names all channels again. */
  private async use(work: (client: Client) => Promise<unknown>): Promise<void> {
    if (this.target.pooled) return;
    await this.sequence.run(async () => {
      if (this.reconnecting) return;
      try {
        await work(await this.connectedClient());
      } catch (error) {
        this.loseClient(this.client, error);
      }
    });
  }

  private async connectedClient(): Promise<Client> {
    this.client ??= await this.connect();
    this.reconnecting = false;
    return this.client;
  }

  private ask(client: Client, text: string, values?: unknown[]): Promise<QueryResult<Row>> {
    const limited = { text, query_timeout: this.target.limits.test, ...(values && { values }) };
    return client.query(limited);
  }

  private async connect(): Promise<Client> {
    const client = new this.driver.Client({ ...configOf(this.target), connectionTimeoutMillis: CONNECT_MS });
    client.on('error', (error) => this.loseClient(client, error));
    client.on('end', () => this.loseClient(client, new Error('the connection ended')));
    client.on('notification', ({ channel, payload, processId }) => {
      // A notification of this process has reached its own listeners already.
      if (processId === processOf(client)) return;
      for (const ownChannel of this.channels) {
        if (channelName(this.target.schema, ownChannel) === channel) this.heard(ownChannel, payload ?? '');
      }
    });
    try {
      await client.connect();
      if (!this.target.pooled) {
        for (const channel of this.channels) await this.ask(client, `listen ${this.nameOf(channel)}`);
      }
      return client;
    } catch (error) {
      client.connection.stream.destroy();
      throw error;
    }
  }

  private loseClient(client: Client | undefined, error: unknown): void {
    if (this.stopping.signal.aborted || this.client !== client) return;
    this.client = undefined;
    client?.connection.stream.destroy(); // one that hangs would never see the end of a polite goodbye
    if (this.reconnecting || this.target.pooled) return;
    this.reconnecting = true;
    this.world.log.warn(
      { database: this.target.name, reason: messageOf(error) },
      'hints from other processes are not heard until the connection is back',
    );
    void this.reconnect();
  }

  private async reconnect(): Promise<void> {
    for (let attempt = 1; this.reconnecting; attempt++) {
      try {
        await sleep(backOff(attempt, LONGEST_WAIT_MS, FIRST_WAIT_MS), this.stopping.signal);
      } catch {
        return;
      }
      await this.sequence.run(() => this.revive());
    }
  }

  private async revive(): Promise<void> {
    try {
      await this.connectedClient();
    } catch {
      // the next round tries again
    }
  }
}
