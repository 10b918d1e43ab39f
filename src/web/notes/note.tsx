/** A note: read, changed, filed, pinned; of a list its items. */
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { type Act, useActs } from '../app/acts.ts';
import { change } from '../app/change.ts';
import { whenText } from '../app/format.ts';
import { type LoadState, useLoad } from '../app/load.ts';
import { go } from '../app/router.ts';
import { platformName } from '../chat/list.tsx';
import { ActButton, Button, WordButton } from '../parts/button.tsx';
import { Area, Field } from '../parts/field.tsx';
import { Menu } from '../parts/menu.tsx';
import { LoadView } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';
import { ThingFields, useThingFields } from '../parts/thing-fields.tsx';
import { changedFields, type FieldValues } from '../parts/thing-values.ts';

type Note = Json<'/v1/notes/{id}'>;

export function NoteView({ id }: { id: string }) {
  const loaded = useLoad(`note ${id}`, () => ask(api.GET('/v1/notes/{id}', { params: { path: { id } } })), ['notes']);
  return (
    <>
      <p>
        <a href="/notes">All notes</a>
      </p>
      <LoadView loaded={loaded}>{(note) => <NoteBody note={note} loaded={loaded} />}</LoadView>
    </>
  );
}

interface NoteProps {
  note: Note;
  loaded: LoadState<Note>;
}

function NoteBody({ note, loaded }: NoteProps) {
  const { id, title, text, tags, pinned, tainted, shared, from, items, created_at: createdAt } = note;
  const [isEdited, setEdited] = useState(false);
  const params = { path: { id } };
  const patch = (body: NoteChanges) =>
    void change(
      loaded,
      () => ask(api.PATCH('/v1/notes/{id}', { params, body })),
      (before) => ({ ...before, ...body }),
    );
  const remove = async () => {
    const isDone = await change(loaded, () => ask(api.DELETE('/v1/notes/{id}', { params })));
    if (isDone) go('/notes');
  };
  const edit: Act = { label: 'Change', icon: 'pencil', key: 'c', run: () => setEdited(true) };
  const more: Act[] = [
    { label: pinned ? 'Unpin' : 'Pin', icon: 'tag', key: 'p', run: () => patch({ pinned: !pinned }) },
    { label: 'Delete', icon: 'trash', isDanger: true, run: () => void remove() },
  ];
  useActs([edit, ...more]);
  return (
    <article class="note">
      <header>
        <h2 class="title">{title ?? text.split('\n')[0]}</h2>
        <span class="buttons">
          <WordButton act={edit} />
          <Menu label="More for this note" items={more} />
        </span>
      </header>
      {isEdited ? (
        <NoteForm
          note={note}
          onClose={() => setEdited(false)}
          onSave={(body) => {
            setEdited(false);
            patch(body);
          }}
        />
      ) : items !== null ? (
        <Items id={id} items={items} loaded={loaded} />
      ) : (
        <p class="plain-text" dir="auto">
          {text}
        </p>
      )}
      <p class="faint small section">
        {tags.filter((tag) => !tagIn(tag).test(text)).map((tag) => `#${tag} `)}
        {whenText(createdAt)}
        {from !== null && `, from ${platformName(from.adapter)}${from.kind === 'dm' ? '' : ', in a channel'}`}
        {shared && ', found by everybody there'}
        {tainted && '. Words of others went into it'}
      </p>
    </article>
  );
}

/** A tag as it stands in words. */
const tagIn = (tag: string): RegExp =>
  new RegExp(`#${tag.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\p{M}\\p{N}_/:-])`, 'giu');

/** The words with the tags that they are filed under: another one in the place of the one before, none where it is taken off. */
function withTags(text: string, { before, after }: { before: readonly string[]; after: readonly string[] }): string {
  const removals = before.filter((tag) => !after.includes(tag));
  const fresh = after.filter((tag) => !before.includes(tag));
  const [instead] = removals.length === 1 && fresh.length === 1 ? fresh : [];
  return removals.reduce((words, tag) => words.replace(tagIn(tag), instead === undefined ? tag : `#${instead}`), text);
}

type NoteChanges = Partial<Pick<Note, 'text' | 'title' | 'tags' | 'pinned'>>;

interface FormProps {
  note: Note;
  onSave: (body: NoteChanges) => void;
  onClose: () => void;
}

function NoteForm({ note, onSave, onClose }: FormProps) {
  const [text, setText] = useState(note.text);
  const [values, setValues] = useState<FieldValues>(note);
  const fields = useThingFields('notes');
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        const changes: NoteChanges = changedFields(fields, note, values);
        const { tags } = changes;
        const words = (tags ? withTags(text, { before: note.tags, after: tags }) : text).trim();
        onSave({ ...changes, ...(words !== note.text && { text: words }) });
      }}
    >
      <Area label="Text" value={text} onValue={setText} isFirst />
      {fields.length > 0 && <ThingFields fields={fields} values={values} onValues={setValues} />}
      <div class="buttons">
        <Button type="submit" kind="primary">
          Save
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}

function Items({ id, items, loaded }: { id: string; items: readonly string[]; loaded: LoadState<Note> }) {
  const [added, setAdded] = useState('');
  const params = { path: { id } };
  const withItems = (changed: readonly string[]) => (note: Note) => ({ ...note, items: [...changed] });
  const remove = (item: string) =>
    void change(
      loaded,
      () => ask(api.POST('/v1/notes/{id}/items', { params, body: { remove: item } })),
      withItems(items.filter((each) => each !== item)),
    );
  return (
    <>
      <ul class="list">
        {items.map((item) => {
          const takeOff: Act = { label: 'Take off', key: 'e', run: () => remove(item) };
          return (
            <Row key={item} label={item} acts={[takeOff]}>
              <span class="what">{item}</span>
              <ActButton act={takeOff} />
            </Row>
          );
        })}
      </ul>
      <form
        class="fill"
        onSubmit={(event) => {
          event.preventDefault();
          const item = added.trim();
          if (item === '') return;
          setAdded('');
          void change(
            loaded,
            () => ask(api.POST('/v1/notes/{id}/items', { params, body: { add: item } })),
            withItems([...items, item]),
          );
        }}
      >
        <Field label="Add to the list" value={added} onValue={setAdded} />
        <Button type="submit">Add</Button>
      </form>
    </>
  );
}
