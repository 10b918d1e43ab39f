/** `GET /v1/search`: one look over all that a person keeps, and for owners over people and skills. */
import { z } from 'zod';
import { searchPast } from '../../agent/index.ts';
import type { LiveSkills } from '../../agent-skills/index.ts';
import { type AnyCollection, type AnyRoute, route } from '../../chat/index.ts';
import type { People } from '../people.ts';
import { type ApiReader, type ReadingParts, readerFrom, type ServedSkill } from './reader.ts';

export interface SearchParts extends ReadingParts {
  skills: readonly ServedSkill[];
  agentSkills: LiveSkills;
  people: People;
}

const KINDS = ['notes', 'memories', 'reminders', 'schedules', 'tasks', 'conversations', 'skills', 'people'] as const;

const hit = z.object({
  kind: z.enum(KINDS),
  id: z.string().describe('Of the thing; of a conversation its own.'),
  title: z.string(),
  where: z.string().describe('What stands beside it: a tag, a time, a platform.'),
});

type Hit = z.output<typeof hit>;

const MOST_OF_KIND = 8;
const LONGEST_TITLE = 160;

export function searchRoute(parts: SearchParts): AnyRoute {
  const collections = new Map(
    parts.skills.flatMap(({ skill, deps }) => skill.collections?.(deps) ?? []).map((each) => [each.name, each]),
  );
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
      const reader = await readerFrom(parts, request);
      const { q } = request.query;
      const found = await Promise.all([
        searchIn(collections.get('notes'), reader, { q }, ({ text, title, tags }) => [
          title ?? text,
          (tags as string[] | undefined)?.map((tag) => `#${tag}`).join(' ') ?? '',
        ]),
        searchIn(collections.get('memories'), reader, { q }, ({ text, type }) => [text, type]),
        filterIn(collections.get('reminders'), reader, q, ({ text, next_at }) => [text, next_at]),
        filterIn(collections.get('schedules'), reader, q, ({ title, prompt, next_at }) => [title ?? prompt, next_at]),
        filterIn(collections.get('tasks'), reader, q, ({ title, state }) => [title, state]),
        request.caller?.inPerson ? searchMessages(reader, q) : [],
        reader.isOwner ? forOwners(parts, q) : [],
      ]);
      return { body: { json: { hits: found.flat() } } };
    },
  });
}

type Item = { id: string } & Record<string, unknown>;
type HitParts = (item: Item) => readonly [title: unknown, where: unknown];

const cut = (text: unknown): string =>
  String(text ?? '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST_TITLE);

function hitsOf(kind: string, items: readonly Item[], shown: HitParts): Hit[] {
  return items.slice(0, MOST_OF_KIND).map((item) => {
    const [title, where] = shown(item);
    return { kind: kind as Hit['kind'], id: item.id, title: cut(title), where: cut(where) };
  });
}

async function searchIn(collection: AnyCollection | undefined, reader: ApiReader, query: object, shown: HitParts) {
  if (!collection) return [];
  const asked = { personId: reader.personId, after: undefined, limit: MOST_OF_KIND };
  const { items } = await collection.list(reader.db, asked, query as never);
  return hitsOf(collection.name, items as Item[], shown);
}

/** Pages of this size are looked through for the words: a person has few of these. */
const LOOKED_THROUGH = 200;

async function filterIn(collection: AnyCollection | undefined, reader: ApiReader, q: string, shown: HitParts) {
  if (!collection) return [];
  const asked = { personId: reader.personId, after: undefined, limit: LOOKED_THROUGH };
  const { items } = await collection.list(reader.db, asked, collection.query.parse({}) as never);
  const words = q.toLowerCase().split(/\s+/);
  const has = (item: Item) => words.every((word) => JSON.stringify(shown(item)).toLowerCase().includes(word));
  return hitsOf(collection.name, (items as Item[]).filter(has), shown);
}

async function searchMessages({ db, personId }: ApiReader, q: string): Promise<Hit[]> {
  const found = await searchPast(db, { personId }, q, MOST_OF_KIND);
  return found.map(({ conversationId, place: { channel, adapter }, text }) => {
    // A conversation of their own in the browser has a name there.
    const own =
      adapter === 'http' && channel.startsWith(`web-${personId}/`)
        ? channel.slice(channel.indexOf('/') + 1)
        : undefined;
    return { kind: 'conversations', id: own ?? conversationId, title: cut(text), where: adapter };
  });
}

async function forOwners({ agentSkills, people }: SearchParts, q: string): Promise<Hit[]> {
  const wanted = q.toLowerCase();
  const has = (text: string) => text.toLowerCase().includes(wanted);
  const named = [...agentSkills.catalog.current().skills.values()].filter(({ name }) => has(name));
  const known = (await people.list()).filter(({ name, accounts }) => has(name) || accounts.some(has));
  return [
    ...named.slice(0, MOST_OF_KIND).map(({ name, description }): Hit => {
      return { kind: 'skills', id: name, title: name, where: cut(description) };
    }),
    ...known
      .slice(0, MOST_OF_KIND)
      .map(({ id, name, role }): Hit => ({ kind: 'people', id, title: cut(name), where: role })),
  ];
}
