import type { TxContext } from '../../agent/index.ts';
import type { AgendaSection, AgendaSpan, HomeReader, HomeSection } from '../../chat/index.ts';
import { isFromElsewhere } from './note.ts';
import * as store from './store.ts';
import { excerpt, texts } from './texts.ts';

const MOST = 20;
/** Notes with this tag belong into the briefing of every day, until they lose it. */
const TODAY = 'today';

/** A briefing: notes that are tagged #today. A review: those that were made in the week. */
export async function agenda(
  { tx, person, conversationId }: TxContext,
  { kind, from }: AgendaSpan,
): Promise<AgendaSection[]> {
  const tag = kind === 'day' ? TODAY : undefined;
  const { notes } = await store.list(tx, { personId: person.id, conversationId }, tag, { limit: MOST, offset: 0 });
  const meant = kind === 'day' ? notes : notes.filter(({ createdAt }) => createdAt >= from);
  return [
    {
      title: kind === 'day' ? texts.agenda.today : texts.agenda.week,
      lines: meant.map(excerpt),
      tainted: meant.some((note) => isFromElsewhere(note, person.id)),
    },
  ];
}

const AT_HOME = 5;
/** No conversation: notes of a place are shown in that place. */
const NOWHERE = '00000000-0000-0000-0000-000000000000';

/** The newest notes, pinned ones first. */
export async function home({ db, person }: HomeReader): Promise<HomeSection[]> {
  const reader = { personId: person.id, conversationId: NOWHERE };
  const { notes } = await store.list(db, reader, undefined, { limit: AT_HOME, offset: 0 });
  return [{ title: texts.home.title, items: notes.map((note) => ({ text: excerpt(note) })), none: texts.home.none }];
}
