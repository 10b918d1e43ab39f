/** Names of places, as platforms tell them: stored aside, for people to read. Nothing is decided by one. */
import { BoundedMap } from '../../base/bounded.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { shorten } from '../../base/text.ts';
import type { Database } from '../../storage/index.ts';
import type { NamedPlace } from '../adapter.ts';
import { storeNames } from './store.ts';

/** Names that this process knows to be stored. */
const REMEMBERED = 10_000;
/** Names in one statement; of a larger server the first ones. */
const MOST_AT_ONCE = 1_000;
const LONGEST = 100;

/** Leaves out characters that are invisible or turn their neighbours around. */
const cleanName = (name: string): string =>
  shorten(name.replace(/\p{C}/gu, '').replace(/\s+/g, ' ').trim().replace(/^#+/, ''), LONGEST);

export class PlaceNames {
  private readonly database: Database;
  private readonly log: Log;
  private readonly stored = new BoundedMap<string, string>(REMEMBERED);

  constructor(database: Database, log: Log) {
    this.database = database;
    this.log = log;
  }

  /** Stores those that are new, in one statement at most; nothing waits for it. Never throws. */
  note(adapter: string, places: readonly NamedPlace[]): void {
    const fresh = new Map(
      places
        .map(({ channel, name }) => [channel, cleanName(name)] as const)
        .filter(([channel, name]) => name !== '' && this.stored.get(`${adapter}:${channel}`) !== name)
        .slice(0, MOST_AT_ONCE),
    );
    if (fresh.size > 0) void this.store(adapter, fresh);
  }

  private async store(adapter: string, names: ReadonlyMap<string, string>): Promise<void> {
    try {
      for (const channel of await storeNames(this.database, adapter, names)) {
        this.stored.set(`${adapter}:${channel}`, names.get(channel) ?? '');
      }
    } catch (error) {
      // The name is told again with the next message.
      this.log.debug({ adapter, error: messageOf(error) }, 'names of places could not be stored');
    }
  }
}
