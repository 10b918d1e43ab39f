/** The dashboard's pages: those of coda's own rooms, and those that skills bring. */
import type { Caller, Page, PageReader } from '../../chat/index.ts';
import { personById, readerFor } from '../../people/index.ts';
import type { Param } from '../../storage/index.ts';
import type { Reader } from '../../time/index.ts';
import { householdOf } from '../settings.ts';
import { conversationPage, conversationsPage } from './conversations.ts';
import { costsPage } from './costs.ts';
import { nowPage } from './now.ts';
import type { DashboardParts } from './parts.ts';
import { weekPage } from './week.ts';
import { approvalsPage, doctorPage, undeliveredPage } from './work.ts';

/** In the order in which they stand at the top. */
export function dashboardPages(parts: DashboardParts): readonly Page[] {
  return [
    nowPage(parts),
    conversationsPage,
    conversationPage,
    weekPage(parts),
    costsPage(parts),
    ...parts.skills.flatMap(({ skill, deps }) => skill.pages?.(deps) ?? []),
    approvalsPage(parts),
    undeliveredPage,
    doctorPage(parts),
  ];
}

/** For whom the times of a caller's pages are written. */
export async function callersReader(
  { database, config, world }: Pick<DashboardParts, 'database' | 'config' | 'world'>,
  { personId }: Caller,
): Promise<Reader> {
  const db = { query: <Row>(sql: string, params?: readonly Param[]) => database.read<Row>(sql, params) };
  const person = personId === undefined ? undefined : await personById(db, personId);
  return readerFor(person ?? { zone: undefined, locale: undefined }, householdOf(config), world.clock.now());
}

/** The viewer of a page; undefined: they were erased. */
export async function pageReader(
  { database, config, world }: Pick<DashboardParts, 'database' | 'config' | 'world'>,
  { personId, scopes }: Caller,
  asked: Pick<PageReader, 'params' | 'after'>,
): Promise<PageReader | undefined> {
  const db = { query: <Row>(sql: string, params?: readonly Param[]) => database.read<Row>(sql, params) };
  const person = personId === undefined ? undefined : await personById(db, personId);
  if (!person || (scopes.includes('admin') && person.role !== 'owner')) return undefined;
  return { db, personId: person.id, ...readerFor(person, householdOf(config), world.clock.now()), ...asked };
}
