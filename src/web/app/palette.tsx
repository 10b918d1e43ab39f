/** A box that searches everything and lists what can be done. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { type Act, actsFor, pageActs } from './acts.ts';
import { pagesOf } from './groups.ts';
import { EVERYWHERE, perform } from './keys.tsx';
import { palette } from './palette-state.ts';
import { placesOf } from './places.ts';

type Hit = Json<'/v1/search'>['hits'][number];

interface Found extends Act {
  id: string;
  label: string;
  kind: string;
}

export function Palette() {
  return palette.value ? <PaletteDialog /> : null;
}

const asFound = (kind: string, acts: readonly Act[]): Found[] =>
  acts.map((act) => ({ ...act, id: act.href ?? act.label, kind }));

/** What can be done here, and where one can go. */
function actions(said: string): Found[] {
  const places = placesOf();
  const goTo = places.map(({ path, label, icon }): Act => ({ label, icon, href: `/${path}` }));
  return [
    ...asFound('Do', actsFor(said, pageActs.value, EVERYWHERE)),
    ...asFound('Go to', actsFor(said, goTo)),
    ...places.flatMap(({ path, label: group, icon }) => {
      const inside = pagesOf(path).filter(({ href }) => href !== `/${path}`);
      return asFound(
        group,
        actsFor(
          said,
          inside.map((page): Act => ({ ...page, icon })),
        ),
      );
    }),
  ];
}

/** Milliseconds without another key until coda is asked. */
const SOON_MS = 150;

const KINDS: Readonly<Record<Hit['kind'], readonly [kind: string, icon: IconName, href: (id: string) => string]>> = {
  notes: ['Note', 'notes', (id) => `/notes/${id}`],
  memories: ['Memory', 'notes', () => '/notes/memories'],
  reminders: ['Reminder', 'bell', () => '/today'],
  schedules: ['Schedule', 'schedule', (id) => `/automations/${id}`],
  tasks: ['Task', 'check', () => '/today'],
  conversations: ['Conversation', 'message', (id) => `/chat/${id}`],
  skills: ['Skill', 'skills', (id) => `/skills/${encodeURIComponent(id)}`],
  people: ['Person', 'users', () => '/people'],
};

async function search(words: string): Promise<Found[]> {
  const { hits } = await ask(api.GET('/v1/search', { params: { query: { q: words } } }));
  return hits.map(({ kind, id, title }, index) => {
    const [name, icon, href] = KINDS[kind];
    return { id: `${kind}-${id}-${index}`, label: title, kind: name, icon, href: href(id) };
  });
}

/** The hits of words in small letters, a moment after they were written; none where coda cannot be asked. */
function useHits(words: string): readonly Found[] {
  const [hits, setHits] = useState<readonly Found[]>([]);
  useEffect(() => {
    if (words === '') {
      setHits([]);
      return;
    }
    let isOld = false;
    const show = (fresh: readonly Found[]) => {
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

function PaletteDialog() {
  const [words, setWords] = useState('');
  const said = words.trim().toLowerCase();
  const hits = useHits(said);
  const [chosen, setChosen] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const close = () => {
    palette.value = false;
  };
  const all = [...actions(said), ...hits];
  useEffect(() => setChosen(0), [words]);
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const run = (entry: Found | undefined) => {
    if (!entry) return;
    close();
    perform(entry);
  };
  return (
    <Dialog title="Search" class="palette" onClose={close}>
      <input
        class="input"
        type="search"
        role="combobox"
        aria-label="Search everything"
        aria-expanded="true"
        aria-controls="found"
        aria-activedescendant={all[chosen] ? `found-${all[chosen].id}` : undefined}
        placeholder="Search, or say what to do"
        value={words}
        autofocus
        onInput={(event) => setWords(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setChosen(Math.min(all.length - 1, chosen + 1));
          else if (event.key === 'ArrowUp') setChosen(Math.max(0, chosen - 1));
          else if (event.key === 'Enter') run(all[chosen]);
          else return;
          event.preventDefault();
        }}
      />
      <div role="listbox" id="found" aria-label="Found" ref={list}>
        {all.map((entry, index) => (
          <HitRow
            key={entry.id}
            hit={entry}
            isChosen={index === chosen}
            onRun={() => run(entry)}
            onPoint={() => setChosen(index)}
          />
        ))}
        {all.length === 0 && <p class="empty">Nothing was found.</p>}
      </div>
    </Dialog>
  );
}

interface HitProps {
  hit: Found;
  isChosen: boolean;
  onRun: () => void;
  onPoint: () => void;
}

function HitRow({ hit: { id, icon, label, kind }, isChosen, onRun, onPoint }: HitProps) {
  return (
    <button
      type="button"
      id={`found-${id}`}
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      onClick={onRun}
      onMouseMove={onPoint}
    >
      {icon && <Icon name={icon} />}
      <span class="one-line">{label}</span>
      <span class="count">{kind}</span>
    </button>
  );
}
