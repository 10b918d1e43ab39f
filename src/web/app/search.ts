/** The search over everything that a person keeps and has said, for the list of Ctrl-K and the field beside the chat. */
import { useEffect, useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import type { IconName } from '../parts/icon.tsx';
import type { Act } from './acts.ts';

type ApiHit = Json<'/v1/search'>['hits'][number];

export interface Hit extends Act {
  id: string;
  label: string;
  kind: string;
  /** Plain pieces and searched words in turn. */
  excerpt?: readonly string[] | undefined;
  at?: string | undefined;
}

const KINDS: Readonly<Record<ApiHit['kind'], readonly [kind: string, icon: IconName, href: (id: string) => string]>> = {
  notes: ['Note', 'notes', (id) => `/notes/${id}`],
  memories: ['Memory', 'notes', () => '/notes/memories'],
  reminders: ['Reminder', 'bell', () => '/today'],
  schedules: ['Schedule', 'schedule', (id) => `/automations/${id}`],
  tasks: ['Task', 'check', () => '/today'],
  conversations: ['Conversation', 'message', (id) => (id === 'main' ? '/chat' : `/chat/${id}`)],
  skills: ['Skill', 'skills', (id) => `/skills/${encodeURIComponent(id)}`],
  people: ['Person', 'users', () => '/people'],
};

async function search(words: string): Promise<Hit[]> {
  const { hits } = await ask(api.GET('/v1/search', { params: { query: { q: words } } }));
  return hits.map(({ kind, id, title, excerpt, at }, index) => {
    const [name, icon, href] = KINDS[kind];
    const to = at === undefined ? href(id) : `${href(id)}?${new URLSearchParams({ at, q: words })}`;
    return { id: `${kind}-${id}-${index}`, label: title, kind: name, icon, href: to, excerpt, at };
  });
}

/** Milliseconds without another key until coda is asked. */
const SOON_MS = 150;

/** The hits of words in small letters, a moment after they were written; none where coda cannot be asked. */
export function useHits(words: string): readonly Hit[] {
  const [hits, setHits] = useState<readonly Hit[]>([]);
  useEffect(() => {
    if (words === '') {
      setHits([]);
      return;
    }
    let isOld = false;
    const show = (fresh: readonly Hit[]) => {
      if (!isOld) setHits(fresh);
    };
    const timer = setTimeout(() => void search(words).then(show, () => show([])), SOON_MS);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [words]);
  return hits;
}
