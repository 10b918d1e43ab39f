/** `GET /v1/search`: one look over all that a person keeps and has said, and for owners over people and skills. */
import { z } from 'zod';
import { type AllSkills, type AnyRoute, type Finder, route, type Skill, type SkillDeps } from '../../chat/index.ts';
import { pairing } from '../../people/index.ts';
import { conversations } from './conversations.ts';

export const search: Skill = { name: 'search', views: { routes: (deps, all) => [searchRoute(deps, all)] } };

const MOST_OF_KIND = 8;
const LONGEST_TITLE = 160;
const MOST_PEOPLE = 1_000;

/** Persons by their names and accounts, for owners. */
const people: Finder = {
  kind: 'people',
  async find({ db, now, isOwner }, words, most) {
    if (!isOwner) return [];
    const wanted = words.toLowerCase();
    const has = (text: string) => text.toLowerCase().includes(wanted);
    const persons = await pairing.list(db, now, MOST_PEOPLE);
    const matches = persons.filter(({ name, accounts }) => has(name) || accounts.some(has));
    return matches.slice(0, most).map(({ id, name, role }) => ({ id, title: name, where: role }));
  },
};

const cut = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, LONGEST_TITLE);

function searchRoute({ people: { readCaller } }: SkillDeps, all: AllSkills): AnyRoute {
  const finders = [...all.finders(), conversations, people];
  const hit = z.object({
    kind: z.enum(finders.map(({ kind }) => kind)),
    id: z.string().describe('Of the thing; of a conversation its own.'),
    title: z.string(),
    where: z.string().describe('What stands beside it: a tag, a time, a platform.'),
    excerpt: z
      .array(z.string())
      .optional()
      .describe('Of a conversation: the words around those searched for, which are every second piece.'),
    at: z.iso.datetime().optional().describe('Of a conversation: the instant of the message.'),
  });
  return route({
    method: 'GET',
    path: '/v1/search',
    scope: 'data',
    tag: 'search',
    summary:
      "Searches what the token's person keeps, for owners also skills and people by name; in a browser what they have said, too.",
    query: z.strictObject({ q: z.string().trim().min(1).max(200) }),
    answers: { 200: { description: 'At most eight of a kind.', schema: z.object({ hits: z.array(hit) }) } },
    async answerRequest(request) {
      const reader = await readCaller(request);
      // A program with the person's token does not read what they have said.
      const usable = request.caller?.inPerson ? finders : finders.filter((each) => each !== conversations);
      const byKind = await Promise.all(
        usable.map(async ({ kind, find }) => {
          const hits = await find(reader, request.query.q, MOST_OF_KIND);
          return hits.map(({ title, where, at, ...hit }) => {
            return { kind, ...hit, title: cut(title), where: cut(where), ...(at && { at: at.toISOString() }) };
          });
        }),
      );
      return { body: { json: { hits: byKind.flat() } } };
    },
  });
}
