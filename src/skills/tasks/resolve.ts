import { type Call, type Failed, namedAmong, onlyOne, type TxContext } from '../../agent/index.ts';
import * as store from './store.ts';
import type { Task } from './task.ts';
import { texts } from './texts.ts';

const NAMING = {
  nouns: ['task'],
  texts: [({ title }: Task) => title, ({ title, steps }: Task) => [title, ...steps.map(({ text }) => text)].join(' ')],
};

/** The one that is meant, locked until the transaction ends, or a question or refusal to answer with. */
export async function findWhich(ctx: TxContext, which: string, wanted: Call): Promise<Task | Failed> {
  const found = namedAmong(await store.open(ctx.tx, ctx.person.id), which, NAMING);
  return onlyOne(found, wanted, { question: texts.which, none: texts.notFound(which) });
}
