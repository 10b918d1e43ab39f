/** `GET /v1/search`: one look over all that a person keeps, and for owners over people and skills. */
import { z } from 'zod';
import { searchPast } from '../../agent/index.ts';
import type { LiveSkills } from '../../agent-skills/index.ts';
import { lexemesOf } from '../../base/lexemes.ts';
import { type AnyCollection, type AnyRoute, type CallerReader, route } from '../../chat/index.ts';
import type { People } from '../people.ts';
import type { EquippedSkill } from '../skills.ts';
import { type ReadingParts, readerFrom } from './reader.ts';

export interface SearchParts extends ReadingParts {
  skills: readonly EquippedSkill[];
  agentSkills: LiveSkills;
  people: People;
}

interface Hit {
  kind: string;
  id: string;
  title: string;
  where: string;
  excerpt?: string[];
  at?: string;
}

const MOST_OF_KIND = 8;
const LONGEST_TITLE = 160;

export function searchRoute(parts: SearchParts): AnyRoute {
  const collections = parts.skills.flatMap(({ skill, deps }) => skill.views?.collections?.(deps) ?? []);
  const hit = z.object({
    kind: z.enum([...collections.map(({ name }) => name), 'conversations', 'skills', 'people']),
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
      const reader = await readerFrom(parts, request);
      const { q } = request.query;
      const hits = await Promise.all([
        ...collections.map((each) => searchIn(each, reader, q)),
        request.caller?.inPerson ? searchMessages(reader, q) : [],
        reader.isOwner ? forOwners(parts, q) : [],
      ]);
      return { body: { json: { hits: hits.flat() } } };
    },
  });
}

const cut = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, LONGEST_TITLE);

/** Items that are looked through for the words where a collection does not find them itself: a person has few of these. */
const LOOKED_THROUGH = 200;

async function searchIn(collection: AnyCollection, { db, personId }: CallerReader, q: string): Promise<Hit[]> {
  const isSearched = 'q' in collection.query.shape;
  const asked = { personId, after: undefined, limit: isSearched ? MOST_OF_KIND : LOOKED_THROUGH };
  const query = collection.query.parse(isSearched ? { q } : {});
  const { items } = await collection.list(db, asked, query);
  const words = q.toLowerCase().split(/\s+/);
  const has = (parts: readonly string[]) =>
    isSearched || words.every((word) => parts.join('\n').toLowerCase().includes(word));
  const hits = items.map((item) => ({ id: item.id, parts: collection.hit(item) })).filter(({ parts }) => has(parts));
  return hits.slice(0, MOST_OF_KIND).map(({ id, parts: [title, where] }) => {
    return { kind: collection.name, id, title: cut(title), where: cut(where) };
  });
}

async function searchMessages({ db, personId }: CallerReader, q: string): Promise<Hit[]> {
  const messages = await searchPast(db, { personId }, q, MOST_OF_KIND);
  return messages.map(({ conversationId, place: { channel, adapter }, text, at }) => {
    // A conversation of their own in the browser has a name there.
    const own =
      adapter === 'http' && channel.startsWith(`web-${personId}/`)
        ? channel.slice(channel.indexOf('/') + 1)
        : undefined;
    const excerpt = excerptOf(text, q);
    return {
      kind: 'conversations',
      id: own ?? conversationId,
      title: excerpt.join(''),
      where: adapter,
      excerpt,
      at: at.toISOString(),
    };
  });
}

/** Characters that are looked through, and those that stand before the first word. */
const [LOOKED_AT, BEFORE] = [20_000, 50];

/** The words around the first that was searched for: plain and searched for, in turn. */
function excerptOf(text: string, q: string): string[] {
  const flat = text.slice(0, LOOKED_AT).replace(/\s+/g, ' ').trim();
  const forms = [...wordsOf(q).map(({ word }) => word), ...lexemesOf(q)].map((form) => form.toLowerCase());
  const hits = wordsOf(flat).filter(({ word }) => forms.some((form) => word.startsWith(form)));
  const first = hits[0]?.at ?? 0;
  const from = first <= BEFORE ? 0 : flat.indexOf(' ', first - BEFORE) + 1;
  const to = from + LONGEST_TITLE;
  const pieces: string[] = [];
  let at = from;
  for (const { at: begin, word } of hits) {
    if (begin + word.length > to) break;
    pieces.push(flat.slice(at, begin), flat.slice(begin, begin + word.length));
    at = begin + word.length;
  }
  pieces.push(flat.slice(at, to) + (flat.length > to ? ' …' : ''));
  if (from > 0) pieces[0] = `… ${pieces[0]}`;
  return pieces;
}

const wordsOf = (text: string): { at: number; word: string }[] =>
  [...text.matchAll(/[\p{L}\p{N}]+/gu)].map(({ 0: word, index }) => ({ at: index, word: word.toLowerCase() }));

async function forOwners({ agentSkills, people }: SearchParts, q: string): Promise<Hit[]> {
  const wanted = q.toLowerCase();
  const has = (text: string) => text.toLowerCase().includes(wanted);
  const named = [...agentSkills.catalog.current().skills.values()].filter(({ name }) => has(name));
  const persons = (await people.list()).filter(({ name, accounts }) => has(name) || accounts.some(has));
  return [
    ...named.slice(0, MOST_OF_KIND).map(({ name, description }): Hit => {
      return { kind: 'skills', id: name, title: name, where: cut(description) };
    }),
    ...persons
      .slice(0, MOST_OF_KIND)
      .map(({ id, name, role }): Hit => ({ kind: 'people', id, title: cut(name), where: role })),
  ];
}
