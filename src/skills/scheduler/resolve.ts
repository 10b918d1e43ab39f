import { type Call, type Failed, namedAmong, onlyOne, type TxContext } from '../../agent/index.ts';
import type { PersonSchedule } from './schedule.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

const NAMING = {
  nouns: ['schedule', 'task'],
  texts: [({ title, prompt, run }: PersonSchedule) => `${title} ${prompt ?? ''} ${run ?? ''}`],
};

/** Those that the words fit best. Pure. */
export const named = (all: readonly PersonSchedule[], which: string): PersonSchedule[] =>
  namedAmong(all, which, NAMING);

/** The one that is meant, or a question or refusal to answer with. */
export async function findWhich(ctx: TxContext, which: string, wanted: Call): Promise<PersonSchedule | Failed> {
  const found = named(await store.list(ctx.tx, ctx.person.id), which);
  return onlyOne(found, wanted, { question: texts.which, none: texts.notFound(which) });
}
