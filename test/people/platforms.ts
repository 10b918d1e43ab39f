import type { AcceptedEvent } from '../../src/delivery/index.ts';
import { FakePlatform, type Seen } from '../support/platform.ts';
import { type Play, type PlayOptions, play } from '../support/play.ts';

type Adapter = ReturnType<FakePlatform['connect']>;

/** How it is said: in whose direct messages or in which shared channel. */
interface Where {
  /** A shared channel, unless `kind` says otherwise; else the person's direct messages. */
  channel?: string;
  kind?: 'dm';
}

/** A platform beside the first one of a play; the access rules alone say who may talk there. */
export class Platform {
  readonly name: string;
  readonly fake: FakePlatform;
  /** Of the process that was begun last. */
  adapter!: Adapter;
  private readonly coda: () => Play;
  private count = 0;

  constructor(name: string, coda: () => Play) {
    this.name = name;
    this.coda = coda;
    this.fake = new FakePlatform({ now: () => coda().world.clock.now() });
  }

  connect(): Adapter {
    this.adapter = this.fake.connect(this.name);
    return this.adapter;
  }

  hear(from: string, text: string, { channel, kind }: Where = {}, adapter = this.adapter): Promise<AcceptedEvent> {
    const sentAt = this.coda().world.clock.now();
    const place = {
      channel: channel ?? `dm-${from}`,
      kind: kind ?? (channel ? ('channel' as const) : ('dm' as const)),
    };
    return adapter.hear({ id: `${this.name}${++this.count}`, from, text, role: 'guest', sentAt, ...place });
  }

  /** Says something, waits until it is dealt with, and returns what came back on this platform. */
  async says(from: string, text: string, where: Where = {}, adapter = this.adapter): Promise<string> {
    return this.whatCame(() => this.hear(from, text, where, adapter));
  }

  /** Presses the newest button with this label, in the person's direct messages. */
  async presses(from: string, label: string): Promise<string> {
    const button = this.seen(`dm-${from}`)
      .flatMap((message) => message.buttons)
      .findLast((each) => each.label === label);
    if (!button) throw new Error(`there is no button “${label}”`);
    const press = { id: `${this.name}${++this.count}`, channel: `dm-${from}`, from, button: button.id };
    const sentAt = this.coda().world.clock.now();
    return this.whatCame(() => this.adapter.press({ ...press, role: 'guest', sentAt }));
  }

  seen(channel: string): Seen[] {
    return this.fake.messages.filter((message) => message.channel === channel);
  }

  private async whatCame(happens: () => Promise<AcceptedEvent>): Promise<string> {
    const before = new Set(this.fake.messages);
    await (await happens()).settled;
    await this.coda().app.whenSettled();
    return this.fake.messages.flatMap((message) => (before.has(message) ? [] : message.text)).join('\n');
  }
}

export interface TwoPlatforms {
  coda: Play;
  chat: Platform;
  work: Platform;
  /** Names of platforms that are left out of the configuration from the next start on. */
  off: Set<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** coda on two platforms, `chat` and `work`, with these access rules. */
export async function playTwo(options: PlayOptions & { owners?: string[]; members?: string[] }): Promise<TwoPlatforms> {
  const { owners = [], members = [], ...more } = options;
  let coda: Play | undefined;
  const current = () => coda as Play;
  const [chat, work] = [new Platform('chat', current), new Platform('work', current)];
  const off = new Set<string>();
  const adapters = () => [chat, work].flatMap((each) => (off.has(each.name) ? [] : each.connect()));
  const config = { 'access.owners': owners, 'access.members': members, ...more.config };
  coda = await play({ ...more, config, adapters });
  return { coda, chat, work, off, [Symbol.asyncDispose]: () => current()[Symbol.asyncDispose]() };
}

/** The code in an answer. */
export function codeIn(text: string): string {
  const [, code] = /\/link ([A-Z0-9]{5}-[A-Z0-9]{5})/.exec(text) ?? [];
  if (!code) throw new Error(`there is no code in “${text}”`);
  return code;
}

/** Everybody is a member on both platforms but Olga, the owner. */
export const everybody = {
  owners: ['chat:olga'],
  members: ['chat:ana', 'work:ana', 'work:olga', 'chat:bob', 'work:bob'],
};

export const personOf = async ({ coda }: TwoPlatforms, platform: string, name: string): Promise<string> => {
  const sql = 'select person_id from identities where adapter = $1 and external_id = $2';
  return (await coda.database().read<{ person_id: string }>(sql, [platform, name])).rows[0]?.person_id ?? '';
};

export const roleOf = async (two: TwoPlatforms, platform: string, name: string) => {
  const id = await personOf(two, platform, name);
  const { rows } = await two.coda.database().read<{ role: string }>('select role from persons where id = $1', [id]);
  return rows[0]?.role;
};

/** Gets a code on one platform and uses it on the other. */
export async function join(from: Platform, to: Platform, one: string, other = one): Promise<string> {
  const code = codeIn(await from.says(one, '/link'));
  await to.says(other, `/link ${code}`);
  return to.presses(other, 'Yes, join us');
}
