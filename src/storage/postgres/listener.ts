/** The one connection that hears and sends hints. Losing it loses hints, never anything else. */
import type { Client } from 'pg';
import { Sequence, sleep } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import type { Hint } from '../engine.ts';
import { channelName, configOf, type Driver, processOf, quote, type Target } from './connect.ts';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;

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

  /** `heard` gets what other processes sent to a channel that `add` has named. */
  constructor(driver: Driver, target: Target, world: World, heard: (channel: string, payload: string) => void) {
    this.driver = driver;
    this.target = target;
    this.world = world;
    this.heard = heard;
  }

  /** Resolves when the channel is heard, or when that must wait for the connection to come back. */
  async add(channel: string): Promise<void> {
    this.channels.add(channel);
    await this.use((client) => client.query(`listen ${this.nameOf(channel)}`));
  }

  async remove(channel: string): Promise<void> {
    this.channels.delete(channel);
    await this.use((client) => client.query(`unlisten ${this.nameOf(channel)}`));
  }

  send(hints: readonly Hint[]): void {
    const channels = hints.map(({ channel }) => channelName(this.target.schema, channel));
    const payloads = hints.map(({ payload }) => payload);
    void this.use((client) =>
      client.query(
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
    await this.sequence.run(async () => {
      if (this.reconnecting) return;
      try {
        this.client ??= await this.connect();
        await work(this.client);
      } catch (error) {
        this.lost(this.client, error);
      }
    });
  }

  private async connect(): Promise<Client> {
    const client = new this.driver.Client({ ...configOf(this.target), connectionTimeoutMillis: 5_000 });
    client.on('error', (error) => this.lost(client, error));
    client.on('end', () => this.lost(client, new Error('the connection ended')));
    client.on('notification', ({ channel, payload, processId }) => {
      // What this process sent, it has told its own listeners already.
      if (processId === processOf(client)) return;
      for (const known of this.channels) {
        if (channelName(this.target.schema, known) === channel) this.heard(known, payload ?? '');
      }
    });
    try {
      await client.connect();
      for (const channel of this.channels) await client.query(`listen ${this.nameOf(channel)}`);
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
  }

  private lost(client: Client | undefined, error: unknown): void {
    if (this.stopping.signal.aborted || this.client !== client) return;
    this.client = undefined;
    void client?.end().catch(() => {});
    if (this.reconnecting) return;
    this.reconnecting = true;
    this.world.log.warn(
      { database: this.target.name, reason: messageOf(error) },
      'hints from other processes are not heard until the connection is back',
    );
    void this.reconnect();
  }

  private async reconnect(): Promise<void> {
    for (let wait = FIRST_WAIT_MS; this.reconnecting; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      try {
        // Not all replicas at the same moment.
        await sleep(wait * (0.5 + Math.random() / 2), this.stopping.signal);
      } catch {
        return;
      }
      await this.sequence.run(() => this.revive());
    }
  }

  private async revive(): Promise<void> {
    try {
      this.client = await this.connect();
      this.reconnecting = false;
    } catch {
      // the next round tries again
    }
  }
}
