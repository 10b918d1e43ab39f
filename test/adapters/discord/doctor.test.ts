import { describe, expect, test } from 'vitest';
import { config as block } from '../../../src/adapters/discord/config.ts';
import { checks, inviteLink, permissionsIn } from '../../../src/adapters/discord/doctor.ts';
import { FakeDiscord, PERMISSIONS } from '../../support/discord/index.ts';

/** What the doctor finds with these keys of the `discord` block. */
async function examine(fake: FakeDiscord, keys: Record<string, unknown> = {}) {
  const config = block.schema.parse({
    token: 'fake-discord-token',
    api_url: keys.api_url ?? fake.apiUrl,
    ...keys,
  }) as never;
  const [check] = checks({ config, people: [], trouble: () => undefined, listens: () => true });
  return check?.check(AbortSignal.timeout(10_000));
}

describe('the doctor', () => {
  test('signs in and says as whom', async () => {
    const fake = await FakeDiscord.start();
    fake.guild('Home');
    expect(await examine(fake)).toEqual({ ok: true, says: 'signed in as coda, in 1 server' });
    await fake.close();
  });

  test('names a missing intent, an unknown server and a missing permission, each with where to mend it', async () => {
    const fake = await FakeDiscord.start({ messageContent: false });
    expect((await examine(fake))?.remedy).toContain('Message Content Intent');
    fake.messageContent = true;
    const guild = fake.guild('Home');
    const unknown = await examine(fake, { guilds: ['999999999999999999'] });
    expect(unknown?.says).toContain('999999999999999999');
    expect(unknown?.remedy).toContain(inviteLink(fake.bot.id));
    const channel = fake.channel(guild, 'quiet');
    channel.denied = PERMISSIONS.ATTACH_FILES | PERMISSIONS.READ_MESSAGE_HISTORY;
    const denied = await examine(fake, { mention_required: { [channel.id]: false } });
    expect(denied?.says).toBe('may not do enough in #quiet: Attach Files and Read Message History');
    expect(denied?.remedy).toContain('Edit Channel → Permissions');
    channel.denied = PERMISSIONS.VIEW_CHANNEL;
    expect((await examine(fake, { mention_required: { [channel.id]: false } }))?.says).toContain('cannot see');
    await fake.close();
  });

  test('names everything at once, and knows what a thread needs', async () => {
    const fake = await FakeDiscord.start({ messageContent: false });
    const guild = fake.guild('Home');
    const [quiet, busy] = ['quiet', 'busy'].map((name) => fake.channel(guild, name));
    const thread = fake.thread(busy!, 'plans');
    quiet!.denied = PERMISSIONS.CREATE_PUBLIC_THREADS;
    busy!.denied = PERMISSIONS.SEND_MESSAGES_IN_THREADS;
    const all = await examine(fake, {
      // As one may write it.
      api_url: `${fake.apiUrl}/`,
      guilds: ['999999999999999999'],
      threads: { [quiet!.id]: true },
      mention_required: { [busy!.id]: false, [thread.id]: false },
    });
    expect(all?.says.split('; ')).toEqual([
      'Discord does not let coda read messages',
      'is not in the server 999999999999999999',
      'may not do enough in #plans: Send Messages in Threads',
      'may not do enough in #quiet: Create Public Threads',
    ]);
    for (const place of ['Message Content Intent', inviteLink(fake.bot.id), '#busy → Edit Channel', '#quiet → Edit']) {
      expect(all?.remedy).toContain(place);
    }
    await fake.close();
  });

  test('tells a token that is refused from a Discord that is away', async () => {
    const fake = await FakeDiscord.start();
    fake.token = 'another';
    expect((await examine(fake))?.remedy).toContain('DISCORD_TOKEN');
    await fake.close();
    expect((await examine(fake, { api_url: 'http://127.0.0.1:9' }))?.says).toContain('cannot be reached');
  });
});

test('overwrites of a channel count in Discord’s order: everyone, roles, the member', () => {
  const guild = {
    id: '1',
    roles: [
      { id: '1', permissions: '3072' },
      { id: '2', permissions: '0' },
    ],
  };
  const member = { id: '9', roles: ['2'] };
  const [view, send] = [1n << 10n, 1n << 11n];
  const held = (overwrites: { id: string; allow: string; deny: string }[]) =>
    permissionsIn(guild, member, { permission_overwrites: overwrites });
  expect(held([])).toBe(view | send);
  expect(held([{ id: '1', allow: '0', deny: '2048' }])).toBe(view);
  expect(
    held([
      { id: '1', allow: '0', deny: '2048' },
      { id: '2', allow: '2048', deny: '0' },
    ]),
  ).toBe(view | send);
  expect(
    held([
      { id: '2', allow: '2048', deny: '0' },
      { id: '9', allow: '0', deny: '2048' },
    ]),
  ).toBe(view);
});
