import { behindInstant, type Page, type PageRow } from '../../chat/index.ts';
import { own } from './collection.ts';
import type { Memory } from './memory.ts';
import * as store from './store.ts';

const MOST = 50;

/** The viewer's memories; each can be forgotten, and taken back in the chat. */
export const page: Page = {
  path: '/memories',
  title: 'Memories',
  scope: 'data',
  async load({ db, personId, after }) {
    const found = await store.madeBefore(db, personId, {}, { ...behindInstant(after), limit: MOST + 1 });
    const shown = found.slice(0, MOST);
    const last = shown.at(-1);
    return [
      {
        ...{ kind: 'table', title: 'What coda remembers of you', none: 'Nothing yet.' },
        columns: ['Memory', 'Kind', 'Said', 'It is'],
        rows: shown.map(rowOf),
        ...(found.length > MOST && last && { next: `${last.createdAt.getTime()}_${last.id}` }),
      },
    ];
  },
};

function rowOf({ id, text, type, saidAt, state }: Memory): PageRow {
  const forget = {
    label: 'Forget',
    method: 'DELETE',
    path: `/v1/${own.name}/${id}`,
    style: 'danger',
    confirm: 'Forget this?',
    done: 'Forgotten. “/undo” in the chat takes it back.',
  } as const;
  return { id, cells: [text, type, { at: saidAt }, state], actions: [forget] };
}
