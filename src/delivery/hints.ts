/** Hints about messages between the processes of one database; each may be lost. */
import type { Bus } from '../bus/index.ts';
import type { Database } from '../storage/index.ts';

const CHANNELS = {
  /** Rows wait for whoever has room. */
  lanes: 'coda_lanes',
  /** A row has ended, by its id. */
  settled: 'coda_settled',
  /** Stop the work of a conversation. */
  stop: 'coda_stop',
  /** A person's permissions have changed. */
  forget: 'coda_forget',
  erased: 'coda_erased',
  /** Rows of a process that ended are nobody's. */
  freed: 'coda_freed',
  /** A process is there that was not. */
  joined: 'coda_joined',
  /** An adapter holds what it cannot send. */
  held: 'coda_held',
} as const;

type Channel = keyof typeof CHANNELS;

/** Hints to the replicas, and to this process. The embedded engine has one process and no hints. */
export class Hints {
  private readonly bus: Bus | undefined;
  private stops: (() => void)[] = [];

  constructor({ bus, database }: { bus: Bus; database: Database }) {
    this.bus = database.engine === 'postgres' ? bus : undefined;
  }

  publish(channel: Channel, payload = ''): void {
    this.bus?.publish(CHANNELS[channel], payload);
  }

  /** Calls what is given for a channel with what is published there from now on, until `close`. */
  hear(heard: Record<Channel, (payload: string) => void>): void {
    const { bus } = this;
    if (!bus) return;
    const channels = Object.keys(CHANNELS) as Channel[];
    this.stops = channels.map((channel) => bus.subscribe(CHANNELS[channel], heard[channel]));
  }

  close(): void {
    for (const stop of this.stops) stop();
    this.stops = [];
  }
}
