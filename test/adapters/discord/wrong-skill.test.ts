import { expect, test } from 'vitest';
import type { RankedSkill } from '../../../src/agent-skills/find/operations.ts';
import { skillText, temporaryFolder, write } from '../../agent-skills/support.ts';
import type { Message, User } from '../../support/discord/index.ts';
import { playDiscord } from '../../support/discord/play.ts';
import { eventually } from '../../support/eventually.ts';
import { ModelServer } from '../../support/model-server/index.ts';
import { modelConfig } from '../../support/models.ts';

const QUERY = 'a cheap trip by air';

/** A server where the model takes the first skill, and a person means the second one. */
async function withTrips(server: ModelServer) {
  const folder = temporaryFolder();
  write(folder, 'flights/SKILL.md', skillText('flights', { description: 'Finds cheap trips by air.' }));
  write(folder, 'trains/SKILL.md', skillText('trains', { description: 'Finds cheap trips by rail and air.' }));
  const config = { 'skills.agent_skill_dirs': [folder], 'memory.embedder.kind': 'none', ...modelConfig(server) };
  const play = await playDiscord({ config });
  const { fake, general } = play;
  const buttons = ({ components }: Message) =>
    components.flatMap((row) => row.components as { label: string; custom_id: string }[]);
  /** The answer of a turn for which the model takes `skill`. */
  const asks = async (user: User, skill: string, answer: string) => {
    server.play({ calls: [{ name: 'skill_activate', input: { name: skill } }] }, { text: answer });
    play.asks(QUERY, { user });
    return play.hears(answer);
  };
  /** A press of a button, also of one that is no longer open. */
  const presses = async (user: User, message: Message, label: string) => {
    const id = buttons(message).find((button) => button.label.startsWith(label))?.custom_id;
    return play.answer(fake.presses(user, message, label, id));
  };
  /** The weight of each skill for the request, as it was learned in that space. */
  const learned = async (space: string) => {
    const found = await play.app.findVerb('skills-rank').then((act) => act?.({ queries: [QUERY], most: 100, space }));
    const [ranked = []] = found as unknown as RankedSkill[][];
    const of = (id: string) => ranked.find((each) => each.id === id)?.learned.toFixed(2);
    return { flights: of('flights'), trains: of('trains') };
  };
  const requests = async () =>
    (
      await play.database.read<{ space: string; skill: string; name: string; terms: string[] }>(
        `select space_id as space, skill, name, terms from skill_requests join persons on persons.id = person_id
          order by skill`,
      )
    ).rows;
  return { play, general, asks, buttons, presses, learned, requests };
}

test('“Wrong skill” beside an answer, and the one that was meant, move both for their person’s space, once', async () => {
  await using server = await ModelServer.start();
  const { play, asks, buttons, presses, learned, requests } = await withTrips(server);
  await using _ = play;
  const { ana, bob } = play;
  const card = await asks(ana, 'flights', 'By air, then.');
  expect(buttons(card).map(({ label }) => label)).toEqual(['Wrong skill']);
  const [asked] = await requests();
  expect(asked).toMatchObject({ skill: 'flights', name: 'Ana', terms: expect.arrayContaining(['air']) });
  expect(JSON.stringify(asked), 'the request itself is not kept').not.toContain(QUERY);
  const space = asked?.space ?? '';

  const refused = await presses(bob, card, 'Wrong skill');
  expect(refused.content).toContain('for somebody else');
  expect(await learned(space)).toEqual({ flights: '0.00', trains: '0.00' });

  const which = await presses(ana, card, 'Wrong skill');
  expect(which.content).toContain('find flights later. Which one was meant?');
  expect(buttons(which).map(({ label }) => label)).toContain('trains');
  expect(await eventually(async () => (await learned(space)).flights === '-0.15')).toBe(true);
  expect((await presses(ana, card, 'Wrong skill')).content).toContain('already been used');
  expect((await presses(bob, which, 'trains')).content).toContain('for somebody else');
  await play.settled();
  expect(await learned(space)).toEqual({ flights: '-0.15', trains: '0.00' });

  expect((await presses(ana, which, 'trains')).content).toContain('find trains sooner');
  expect(await eventually(async () => (await learned(space)).trains === '0.15')).toBe(true);
  expect((await presses(ana, which, 'trains')).content).toContain('already been used');
  await play.settled();
  expect(await learned(space)).toEqual({ flights: '-0.15', trains: '0.15' });
  expect(await learned('terminal'), 'in another space').toEqual({ flights: '0.00', trains: '0.00' });
});

test('/forget deletes the words of a person’s requests, and those of nobody else', async () => {
  await using server = await ModelServer.start();
  const { play, asks, presses, requests } = await withTrips(server);
  await using _ = play;
  await asks(play.ana, 'flights', 'By air, then.');
  await asks(play.bob, 'trains', 'By rail, then.');
  expect((await requests()).map(({ skill, name }) => [skill, name])).toEqual([
    ['flights', 'Ana'],
    ['trains', 'Bob'],
  ]);
  const question = await play.answer(play.fake.uses(play.ana, play.general, 'forget'));
  await presses(play.ana, question, 'Yes, forget me');
  expect(await eventually(async () => (await requests()).length === 1)).toBe(true);
  expect((await requests()).map(({ skill, name }) => [skill, name])).toEqual([['trains', 'Bob']]);
});
