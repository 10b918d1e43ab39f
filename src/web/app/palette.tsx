/** A box that searches everything and lists what can be done. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { Excerpt } from '../parts/excerpt.tsx';
import { Icon } from '../parts/icon.tsx';
import { type Act, actsFor, pageActs } from './acts.ts';
import { pagesOf } from './groups.ts';
import { EVERYWHERE, perform } from './keys.tsx';
import { palette, rowBehind } from './palette-state.ts';
import { placesOf } from './places.ts';
import { type Hit, useHits } from './search.ts';

export function Palette() {
  return palette.value ? <PaletteDialog /> : null;
}

const asFound = (kind: string, acts: readonly Act[]): Hit[] =>
  acts.map((act) => ({ ...act, id: `${kind} ${act.href ?? act.label}`, kind }));

/** What can be done here, and where one can go. */
function actions(query: string): Hit[] {
  const places = placesOf();
  const goTo = places.map(({ path, label, icon }): Act => ({ label, icon, href: `/${path}` }));
  const { name, acts } = rowBehind.value;
  return [
    ...asFound(name, actsFor(query, acts)),
    ...asFound('Do', actsFor(query, pageActs.value, EVERYWHERE)),
    ...asFound('Go to', actsFor(query, goTo)),
    ...places.flatMap(({ path, label: group, icon }) => {
      const inside = pagesOf(path).filter(({ href }) => href !== `/${path}`);
      return asFound(
        group,
        actsFor(
          query,
          inside.map((page): Act => ({ ...page, icon })),
        ),
      );
    }),
  ];
}

function PaletteDialog() {
  const [words, setWords] = useState('');
  const query = words.trim().toLowerCase();
  const hits = useHits(query);
  const [position, setPosition] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const close = () => {
    palette.value = false;
  };
  const all = [...actions(query), ...hits];
  useEffect(() => setPosition(0), [words]);
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [position]);
  const run = (entry: Hit | undefined) => {
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
        aria-activedescendant={all[position] ? `found-${position}` : undefined}
        placeholder="Search, or say what to do"
        value={words}
        autofocus
        onInput={(event) => setWords(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setPosition(Math.min(all.length - 1, position + 1));
          else if (event.key === 'ArrowUp') setPosition(Math.max(0, position - 1));
          else if (event.key === 'Enter') run(all[position]);
          else return;
          event.preventDefault();
        }}
      />
      <div role="listbox" id="found" aria-label="Found" ref={list}>
        {all.map((entry, index) => (
          <HitRow
            key={entry.id}
            id={`found-${index}`}
            hit={entry}
            isChosen={index === position}
            onRun={() => run(entry)}
            onPoint={() => setPosition(index)}
          />
        ))}
        {all.length === 0 && <p class="empty">Nothing was found.</p>}
      </div>
    </Dialog>
  );
}

interface HitProps {
  id: string;
  hit: Hit;
  isChosen: boolean;
  onRun: () => void;
  onPoint: () => void;
}

function HitRow({ id, hit, isChosen, onRun, onPoint }: HitProps) {
  const { icon, kind } = hit;
  return (
    <button
      type="button"
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      onClick={onRun}
      onMouseMove={onPoint}
    >
      {icon && <Icon name={icon} />}
      <span class="one-line">
        <Excerpt hit={hit} />
      </span>
      <span class="count">{kind}</span>
    </button>
  );
}
