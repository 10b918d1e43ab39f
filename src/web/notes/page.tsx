/** Notes, lists and memories: found by words and by meaning, changed in place. */
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { whenText } from '../app/format.ts';
import { pagesOf } from '../app/groups.ts';
import { keepFilter, path, query } from '../app/router.ts';
import { useSearched } from '../app/settled.ts';
import { act, say } from '../app/toasts.tsx';
import { Question } from '../parts/dialog.tsx';
import { Area, Field } from '../parts/field.tsx';
import { Empty, Page } from '../parts/page.tsx';
import { usePages } from '../parts/pages.tsx';
import { Row } from '../parts/row.tsx';
import { saveFile } from '../parts/save-file.ts';
import { Tabs } from '../parts/tabs.tsx';
import { ThingFields, useThingFields } from '../parts/thing-fields.tsx';
import { changedFields, type FieldValues, standardsOf } from '../parts/thing-values.ts';
import { Memories } from './memories.tsx';
import { NoteView } from './note.tsx';

export type Note = Json<'/v1/notes'>['notes'][number];

export default function NotesPage() {
  const [, name] = path.value;
  const [isAdding, setAdding] = useState(false);
  const isMemories = name === 'memories';
  return (
    <Page
      title="Notes"
      {...(!isMemories && {
        acts: [{ label: 'New note', icon: 'plus', key: '+', run: () => setAdding(true) }],
        more: {
          label: 'More for notes',
          acts: [{ label: 'Save all as one file', icon: 'download', run: () => void act(saveAll) }],
        },
      })}
    >
      <div class="sheet">
        {name === undefined || isMemories ? (
          <>
            <Tabs label="Notes" tabs={pagesOf('notes')} current={isMemories ? '/notes/memories' : '/notes'} />
            {isMemories ? <Memories /> : <NoteList />}
          </>
        ) : (
          <NoteView key={name} id={name} />
        )}
      </div>
      {isAdding && <NewNote onClose={() => setAdding(false)} />}
    </Page>
  );
}

const MOST_TAGS = 12;

function tagsOf(notes: readonly Note[], activeTag: string): string[] {
  const counts = new Map<string, number>();
  for (const tag of notes.flatMap(({ tags }) => tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const common = [...counts].sort(([, one], [, other]) => other - one).map(([tag]) => tag);
  return [...new Set([...(activeTag === '' ? [] : [activeTag]), ...common])].slice(0, MOST_TAGS);
}

function NoteList() {
  const [words, setWords, q] = useSearched('q');
  const tag = query.value.get('tag') ?? '';
  const { items, state, more } = usePages(
    `notes ${q} ${tag}`,
    (after) =>
      ask(
        api.GET('/v1/notes', {
          params: { query: { limit: 50, ...(q !== '' && { q }), ...(tag !== '' && { tag }), ...(after && { after }) } },
        }),
      ),
    ({ notes }) => notes,
    ['notes'],
  );
  return (
    <>
      <div class="filters section">
        <Field
          label="Search notes"
          type="search"
          value={words}
          onValue={setWords}
          placeholder="Words, also misspelt, or what it is about"
        />
      </div>
      {items && items.length > 0 && (
        <TagFilter tags={tagsOf(items, tag)} chosen={tag} onChosen={(name) => keepFilter('tag', name)} />
      )}
      {state}
      {items?.length === 0 && (
        <Empty>
          {q === '' && tag === ''
            ? 'There are no notes yet. “Note: the boiler code is 1234” in the chat, or + above, makes one.'
            : 'No note fits. Search with fewer or other words.'}
        </Empty>
      )}
      <ul class="list">
        {items?.map((note) => (
          <NoteRow key={note.id} note={note} />
        ))}
      </ul>
      {more}
    </>
  );
}

interface TagFilterProps {
  tags: readonly string[];
  /** Empty: all notes. */
  chosen: string;
  onChosen: (tag: string) => void;
}

const TagFilter = ({ tags, chosen, onChosen }: TagFilterProps) => (
  <fieldset class="tags">
    <legend class="unseen">Only with a tag</legend>
    {tags.map((each) => (
      <button
        type="button"
        key={each}
        class="tag"
        aria-pressed={each === chosen}
        onClick={() => onChosen(each === chosen ? '' : each)}
      >
        #{each}
      </button>
    ))}
  </fieldset>
);

/** The title, else the first line. */
export function titleOf({ title, text }: Pick<Note, 'title' | 'text'>): string {
  return (title ?? text.split('\n')[0] ?? '').slice(0, 200);
}

function NoteRow({ note }: { note: Note }) {
  const { id, text, title, tags, pinned, items, created_at: createdAt } = note;
  const rest = title === null ? text.split('\n').slice(1).join(' ') : text;
  return (
    <Row label={titleOf(note)} acts={[{ label: 'Open', key: 'Enter', href: `/notes/${id}` }]}>
      <a class="what plain-link" href={`/notes/${id}`}>
        <span class="one-line block">{titleOf(note)}</span>
        {rest.trim() !== '' && <span class="under one-line block">{rest.slice(0, 160)}</span>}
      </a>
      {pinned && <span class="tag">pinned</span>}
      {items !== null && <span class="aside">{items.length} on it</span>}
      {tags.slice(0, 3).map((tag) => (
        <span key={tag} class="tag">
          #{tag}
        </span>
      ))}
      <span class="when">{whenText(createdAt)}</span>
    </Row>
  );
}

function NewNote({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [changed, setChanged] = useState<FieldValues>();
  const fields = useThingFields('notes');
  const standards = standardsOf(fields);
  const values = changed ?? standards;
  const body = { text, ...changedFields(fields, standards, values) };
  return (
    <Question
      title="New note"
      yes="Keep it"
      onClose={onClose}
      onYes={() => ask(api.POST('/v1/notes', { body }))}
      onDone={() => say('Kept.')}
    >
      <Area label="The note; a #tag in it files it" value={text} onValue={setText} isFirst of="text" />
      {fields.length > 0 && <ThingFields fields={fields} values={values} onValues={setChanged} />}
    </Question>
  );
}

/** All notes of the person as one Markdown file. */
async function saveAll(): Promise<void> {
  const all: Note[] = [];
  for (let after: string | undefined; ; ) {
    const query = { limit: 200, ...(after !== undefined && { after }) };
    const page = await ask(api.GET('/v1/notes', { params: { query } }));
    all.push(...page.notes);
    if (page.next === null) break;
    after = page.next;
  }
  const parts = all.map(({ title, text, tags, created_at: createdAt }) => {
    const filed = tags.length > 0 ? `\n\n${tags.map((tag) => `#${tag}`).join(' ')}` : '';
    return `## ${title ?? createdAt.slice(0, 10)}\n\n${text}${filed}\n`;
  });
  saveFile('notes.md', parts.join('\n'), 'text/markdown');
  say(`${all.length} notes are saved.`);
}
