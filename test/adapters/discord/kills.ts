import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Channel, FakeDiscord, type User } from '../../support/discord/index.ts';
import { migratedDataDir } from '../../support/jsonl.ts';
import { type KillTalk, killedWhileTalking } from '../../support/kills.ts';

/** Where a process may end: around each commit and each send of a conversation. */
const POINTS = ['inbox.accept', 'turn.finish', 'outbox.receipts', 'outbox.claim', 'send.discord'] as const;

/** Ana's questions in three conversations, and what became of them. */
class Talk implements KillTalk {
  args: readonly string[] = [];
  readonly fake: FakeDiscord;
  readonly ana: User;
  private readonly channels: readonly Channel[];
  private asked = 0;

  constructor(fake: FakeDiscord) {
    this.fake = fake;
    this.ana = fake.user('Ana');
    const guild = fake.guild('Home', [this.ana]);
    this.channels = [fake.dm(this.ana), fake.channel(guild, 'one'), fake.channel(guild, 'two')];
  }

  /** One question in each conversation. */
  ask(): void {
    for (const channel of this.channels) {
      const text = `note: item ${this.asked++} ok`;
      this.fake.says(this.ana, channel, channel.type === 1 ? text : `<@${this.fake.bot.id}> ${text}`);
    }
  }

  /** Questions that were answered so often, by their index. */
  answered(matches: (times: number) => boolean): number[] {
    const said = this.channels.flatMap((channel) => this.fake.said(channel).map(({ content }) => content));
    const times = (index: number) => said.filter((content) => content.includes(`item ${index} ok`)).length;
    return Array.from({ length: this.asked }, (_, index) => index).filter((index) => matches(times(index)));
  }

  isAnswered(): boolean {
    return this.answered((times) => times === 0).length === 0;
  }

  connections(): number {
    return this.fake.gateway.identifies;
  }
}

/** The daemon is killed at so many random points of a conversation and started again; what became of the questions. */
export async function killed({ kills, seed }: { kills: number; seed: number }) {
  const fake = await FakeDiscord.start();
  const talk = new Talk(fake);
  const dataDir = await migratedDataDir();
  const config = join(dirname(dataDir), 'config.yaml');
  await mkdir(dirname(config), { recursive: true });
  writeFileSync(config, settings(fake, talk.ana.id));
  talk.args = ['--data', dataDir, '--config', config];
  try {
    const died = await killedWhileTalking({ kills, seed, points: POINTS }, talk);
    return { died, twice: talk.answered((times) => times > 1), missing: talk.answered((times) => times === 0) };
  } finally {
    await fake.close();
  }
}

function settings(fake: FakeDiscord, owner: string): string {
  return [
    `discord: { token: ${fake.token}, api_url: "${fake.apiUrl}" }`,
    `access: { owners: ["discord:${owner}"], rate_limit: { enabled: false } }`,
    'delivery: { steer: false }',
  ].join('\n');
}
