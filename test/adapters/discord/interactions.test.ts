import { describe, expect, test } from 'vitest';
import { done, failed } from '../../../src/agent/index.ts';
import { deferred } from '../../../src/base/async.ts';
import type { Command } from '../../../src/chat/index.ts';
import { FLAGS } from '../../support/discord/model.ts';
import { echo, playDiscord } from '../../support/discord/play.ts';
import { eventually } from '../../support/eventually.ts';

const commands: Command[] = [
  {
    name: 'secret',
    summary: 'Tells you alone.',
    private: true,
    run: async () => done('for your eyes'),
  },
  {
    name: 'long',
    summary: 'Much to read.',
    run: async () => done(Array.from({ length: 100 }, (_, index) => `Line ${index} ${'x'.repeat(30)}`).join('\n')),
  },
  {
    name: 'whisper',
    summary: 'Much to read for you alone.',
    private: true,
    run: async () => done(Array.from({ length: 100 }, (_, index) => `Line ${index} ${'x'.repeat(30)}`).join('\n')),
  },
  {
    name: 'travel',
    summary: 'Goes somewhere.',
    options: [
      {
        name: 'city',
        description: 'Where to',
        required: true,
        complete: async (typed) => ['Berlin', 'Bern', 'Oslo'].filter((city) => city.startsWith(typed)),
      },
      { name: 'when', description: 'When' },
    ],
    run: async (rest) => done(`travelling: ${rest}`),
  },
  { name: 'reset', summary: 'For the owner.', ownerOnly: true, run: async () => done('reset') },
  {
    name: 'broken',
    summary: 'Fails.',
    run: async () => failed('FAILED', 'That did not work.', { remedy: 'Try another.' }),
  },
];

describe('slash commands', () => {
  test('are registered once, with their fields, and again only when they change', async () => {
    await using play = await playDiscord({ model: echo, commands });
    const registered = await eventually(() => play.fake.interactions.commands.get(''));
    const travel = registered?.find(({ name }) => name === 'travel');
    expect(travel?.options).toMatchObject([
      { name: 'city', required: true, autocomplete: true },
      { name: 'when', required: false, autocomplete: false },
    ]);
    expect(registered?.find(({ name }) => name === 'reset')?.default_member_permissions).toBe('0');
    expect(registered?.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['remind', 'notes', 'help', 'new', 'stop']),
    );
    await play.stop();
    await play.start();
    play.asks('ready');
    await play.hears('answer to ready');
    expect(play.fake.interactions.registrations).toBe(1);
  });

  test('can be kept to the configured servers', async () => {
    await using play = await playDiscord({ asleep: true, commands });
    Object.assign(play, { options: { commands, discord: { commands: 'guilds', guilds: [play.guild.id] } } });
    await play.start();
    expect(await eventually(() => play.fake.interactions.commands.get(play.guild.id))).toBeTruthy();
    expect(play.fake.interactions.commands.has('')).toBe(false);
  });

  test('are shown once where a server had its own before', async () => {
    await using play = await playDiscord({ asleep: true, commands });
    const { fake, guild } = play;
    Object.assign(play, { options: { commands, discord: { commands: 'guilds', guilds: [guild.id] } } });
    await play.start();
    await eventually(() => fake.interactions.commands.get(guild.id));
    await play.stop();
    Object.assign(play, { options: { commands, discord: { guilds: [guild.id] } } });
    await play.start();
    expect(await eventually(() => fake.interactions.commands.get(guild.id)?.length === 0)).toBe(true);
    expect(fake.interactions.commands.get('')?.length).toBeGreaterThan(10);
  });

  test('are not carried out in servers that coda was told to leave out, nor in direct messages', async () => {
    await using play = await playDiscord({ asleep: true, commands });
    const { fake, ana } = play;
    Object.assign(play, { options: { commands, discord: { guilds: [play.guild.id], dm: false } } });
    await play.start();
    const elsewhere = fake.channel(fake.guild('Elsewhere', [ana]), 'lobby');
    const refused = await play.answer(fake.uses(ana, elsewhere, 'secret'));
    expect(refused.content).toBe('I am not at work in this server.');
    expect(refused.only).toBe(ana.id);
    expect((await play.answer(fake.uses(ana, fake.dm(ana), 'secret'))).content).toContain('not answer in direct');
    expect((await play.answer(fake.uses(ana, play.general, 'secret'))).content).toBe('for your eyes');
  });

  test('answer by themselves, for everybody or for who asked', async () => {
    await using play = await playDiscord({ commands });
    const { fake } = play;
    const open = await play.answer(fake.uses(play.ana, play.general, 'travel', { when: 'tomorrow', city: 'Oslo' }));
    expect(open.content).toBe('travelling: Oslo\ntomorrow');
    expect(open.flags & FLAGS.ephemeral).toBe(0);
    const hidden = await play.answer(fake.uses(play.ana, play.general, 'secret'));
    expect(hidden.content).toBe('for your eyes');
    expect(hidden.only).toBe(play.ana.id);
    for (const [name, fields] of [
      ['note', { text: 'the key is under the mat' }],
      ['undo', {}],
      ['notes', {}],
    ] as const) {
      expect((await play.answer(fake.uses(play.ana, play.general, name, fields))).only).toBe(play.ana.id);
    }
    expect((await play.answer(fake.uses(play.ana, play.general, 'broken'))).content).toBe(
      'That did not work. Try another.',
    );
    expect((await play.answer(fake.uses(play.ana, play.general, 'unknown'))).content).toContain(
      'do not know `/unknown`',
    );
  });

  test('of the owner are refused to others', async () => {
    await using play = await playDiscord({ commands });
    expect((await play.answer(play.fake.uses(play.bob, play.general, 'reset'))).content).toContain('my owner alone');
    expect((await play.answer(play.fake.uses(play.ana, play.general, 'reset'))).content).toBe('reset');
  });

  test('answer directly what only one may see and what took longer than Discord waits', async () => {
    const [begun, go] = [deferred(), deferred()];
    const slow: Command = {
      name: 'ponder',
      summary: 'Thinks for long.',
      private: true,
      prepare: async () => {
        begun.resolve();
        await go.promise;
      },
      run: async () => done('forty-two'),
    };
    await using play = await playDiscord({ commands: [slow] });
    const used = play.fake.uses(play.ana, play.general, 'ponder');
    await begun.promise;
    // Before anything is done about it: Discord waits for nothing but that.
    expect(used.acknowledged).toBeDefined();
    play.fake.advance(16 * 60_000);
    go.resolve();
    await play.hears('forty-two', play.fake.dm(play.ana));
    expect(play.fake.said(play.general)).toEqual([]);
  });

  test('of models are there when there are models', async () => {
    const providers = { local: { kind: 'openai-compatible', base_url: 'http://127.0.0.1:9/v1' } };
    await using play = await playDiscord({ config: { models: { default: 'local/small', providers } } });
    const registered = await eventually(() => play.fake.interactions.commands.get(''));
    const wanted =
      'remind reminders note notes timezone new stop model think context cost link forget help doctor undo';
    expect(registered?.map(({ name }) => name)).toEqual(expect.arrayContaining(wanted.split(' ')));
    const cost = await play.answer(play.fake.uses(play.ana, play.general, 'cost'));
    expect(cost.only).toBe(play.ana.id);
    expect(cost.content).toContain('Today');
  });

  test('complete zones by their city', async () => {
    await using play = await playDiscord();
    const typing = play.fake.types(play.ana, play.general, 'timezone', { city: 'berl' }, 'city');
    expect((await eventually(() => typing.choices))?.[0]).toEqual({ name: 'Europe/Berlin', value: 'Europe/Berlin' });
  });

  test('are not for strangers, who hear it once', async () => {
    await using play = await playDiscord({ commands });
    expect((await play.answer(play.fake.uses(play.eve, play.general, 'secret'))).content).toContain(
      `discord:${play.eve.id}`,
    );
    const again = play.fake.uses(play.eve, play.general, 'secret');
    // Nothing is said a second time, and no "thinking" stays behind.
    expect(await eventually(() => again.original?.deleted)).toBe(true);
  });

  test('go on in further messages, and those of private answers stay private', async () => {
    await using play = await playDiscord({ commands });
    const open = play.fake.uses(play.ana, play.general, 'long');
    await play.answer(open);
    await play.hears('Line 99');
    expect(open.followUps).toEqual([]);
    const hidden = play.fake.uses(play.ana, play.general, 'whisper');
    await play.answer(hidden);
    expect(await eventually(() => hidden.followUps.length > 0)).toBe(true);
    expect(hidden.followUps.every(({ only }) => only === play.ana.id)).toBe(true);
  });

  test('complete what is being typed', async () => {
    await using play = await playDiscord({ commands });
    const typing = play.fake.types(play.ana, play.general, 'travel', { city: 'Ber' }, 'city');
    expect(await eventually(() => typing.choices)).toEqual([
      { name: 'Berlin', value: 'Berlin' },
      { name: 'Bern', value: 'Bern' },
    ]);
  });
});

describe('the owner’s look at whether all is in order', () => {
  test('is private, says of each part how it is, and of a part that is broken what would help', async () => {
    await using play = await playDiscord({ asleep: true });
    Object.assign(play, { options: { discord: { guilds: [play.guild.id, '123456789012345678'] } } });
    await play.start();
    const { fake } = play;
    const answer = await play.answer(fake.uses(play.ana, play.general, 'doctor', { what: 'all' }));
    expect(answer.only).toBe(play.ana.id);
    expect(answer.content).toContain('✓ **storage**: answers');
    expect(answer.content).toContain('✓ **dead letters**');
    expect(answer.content).toContain('✗ **discord**: is not in the server 123456789012345678');
    expect(answer.content).toContain('→ Invite it');
    const refused = await play.answer(fake.uses(play.bob, play.general, 'doctor'));
    expect(refused.content).toContain('my owner alone');
    expect(refused.content).not.toContain('storage');
  });
});

describe('reminders by commands', () => {
  test('keep the words as they are, whatever times stand in them', async () => {
    await using play = await playDiscord({ stillClock: true });
    const made = [
      { when: 'tomorrow', text: '5 apples' },
      { when: 'tomorrow at 9', text: 'Friday night movie' },
      { when: 'in 20 minutes', text: 'to be or not to be at 8' },
    ];
    for (const fields of made) await play.answer(play.fake.uses(play.ana, play.general, 'remind', fields));
    play.asks('/remind tomorrow at 9\nbuy 3 lemons on Monday');
    await play.hears('buy 3 lemons on Monday');
    const { rows } = await play.database.read<{ text: string }>('select text from reminders');
    const wanted = [...made.map(({ text }) => text), 'buy 3 lemons on Monday'];
    expect(rows.map(({ text }) => text).sort()).toEqual(wanted.sort());
  });

  test('are found by their words while these are typed, done, put off and taken back', async () => {
    await using play = await playDiscord({ stillClock: true });
    const { fake } = play;
    for (const text of ['water the plants', 'call the dentist', 'call Carl']) {
      await play.answer(fake.uses(play.ana, play.general, 'remind', { when: 'tomorrow at 9', text }));
    }
    const offered = async (command: string, reminder: string, user = play.ana) => {
      const typing = fake.types(user, play.general, command, { reminder }, 'reminder');
      return (await eventually(() => typing.choices))?.map(({ value }) => value);
    };
    expect(await offered('done', 'CALL')).toEqual(['call the dentist', 'call Carl']);
    expect(await offered('snooze', 'plants')).toEqual(['water the plants']);
    expect(await offered('done', '', play.bob)).toEqual([]);
    const uses = async (name: string, options: Record<string, string>) =>
      (await play.answer(fake.uses(play.ana, play.general, name, options))).content;
    const listed = await uses('reminders', {});
    expect(listed.match(/^-# <t:\d+:f> \(<t:\d+:R>\)$/gm)).toHaveLength(3);
    expect(await uses('done', { reminder: 'call the dentist' })).toContain('Done: “call the dentist”');
    expect(await uses('undo', {})).toContain('Taken back: “call the dentist”');
    expect(await uses('snooze', { when: 'until tomorrow at 10:00', reminder: 'water the plants' })).toMatch(
      /“water the plants” again on .* 10:00[\s\S]*<t:\d+:F> \(<t:\d+:R>\)/,
    );
    play.asks('/snooze call Carl 2 days');
    await play.hears('“call Carl” again');
    play.asks('/done nothing of the kind');
    await play.hears('found no pending reminder about “nothing of the kind”');
  });
});

describe('an interaction', () => {
  test('that Discord does not know any more is not done, and that is said once', async () => {
    await using play = await playDiscord();
    // On its way here it has become too old.
    play.fake.rest.fault = ({ route }) => {
      if (route.endsWith('/callback')) play.fake.advance(4_000);
      return undefined;
    };
    play.fake.uses(play.ana, play.general, 'note', { text: 'milk' });
    // What is private is said directly where the interaction itself cannot be answered any more.
    await play.hears('That reached me too late', play.fake.dm(play.ana));
    await play.settled();
    expect((await play.database.read('select id from notes')).rows).toEqual([]);
    expect(play.said('too late')).toHaveLength(1);
  });

  test('that could not be acknowledged in time is not done, and that is said once', async () => {
    await using play = await playDiscord();
    play.fake.rest.fault = ({ route }) => (route.endsWith('/callback') ? { status: 503 } : undefined);
    play.fake.uses(play.ana, play.general, 'note', { text: 'milk' });
    // What is private is said directly where the interaction itself cannot be answered any more.
    await play.hears('That reached me too late', play.fake.dm(play.ana));
    expect((await play.database.read('select id from notes')).rows).toEqual([]);
    expect(play.said('too late')).toHaveLength(1);
  });

  test('whose acknowledgement’s answer is lost is done once', async () => {
    await using play = await playDiscord();
    let lost = 0;
    play.fake.rest.fault = ({ route }) => (route.endsWith('/callback') && lost++ === 0 ? 'unanswered' : undefined);
    const used = play.fake.uses(play.ana, play.general, 'note', { text: 'milk' });
    expect((await play.answer(used)).content).toMatch(/milk/);
    expect((await play.database.read('select id from notes')).rows).toHaveLength(1);
  });

  test('whose answer is lost has one answer', async () => {
    await using play = await playDiscord({ commands });
    let lost = 0;
    play.fake.rest.fault = ({ route, method }) =>
      method === 'PATCH' && route.endsWith('@original') && lost++ === 0 ? 'unanswered' : undefined;
    const used = play.fake.uses(play.ana, play.general, 'travel', { city: 'Oslo' });
    await play.answer(used);
    await eventually(
      async () => (await play.database.read(`select 1 from outbox where state = 'sent'`)).rows.length === 1,
    );
    expect(play.said('travelling: Oslo')).toHaveLength(1);
  });

  test('that is heard twice is done once', async () => {
    await using play = await playDiscord();
    const used = play.fake.uses(play.ana, play.general, 'note', { text: 'milk' });
    play.fake.gateway.repeat('INTERACTION_CREATE');
    await play.answer(used);
    await play.settled();
    expect((await play.database.read('select id from notes')).rows).toHaveLength(1);
    expect(play.fake.rest.seen.filter((request) => request.endsWith('/callback'))).toHaveLength(1);
  });
});
