/** Memories of the person: put right, or forgotten. */
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import type { Act } from '../app/acts.ts';
import { change, tellChange } from '../app/change.ts';
import { whenText } from '../app/format.ts';
import { useSettled } from '../app/settled.ts';
import { Question } from '../parts/dialog.tsx';
import { Area, Field, Select } from '../parts/field.tsx';
import { Empty } from '../parts/page.tsx';
import { usePages } from '../parts/pages.tsx';
import { Row } from '../parts/row.tsx';
import { ThingFields, useThingFields } from '../parts/thing-fields.tsx';
import { changedFields, type FieldValues } from '../parts/thing-values.ts';

type Memory = Json<'/v1/memories'>['memories'][number];
type Kind = Memory['type'];

const SOURCES: Readonly<Record<Memory['source'], string>> = {
  told: 'you had it remembered',
  extracted: 'from what you said',
  imported: 'imported',
};

export function Memories() {
  const [words, setWords] = useState('');
  const [kind, setKind] = useState<Kind | ''>('');
  const q = useSettled(words);
  const kinds = useThingFields('memories').find(({ name }) => name === 'type')?.choices ?? {};
  const { items, state, more, reload } = usePages(
    `memories ${q} ${kind}`,
    (after) => {
      const query = { limit: 50, ...(q !== '' && { q }), ...(kind !== '' && { type: kind }), ...(after && { after }) };
      return ask(api.GET('/v1/memories', { params: { query } }));
    },
    ({ memories }) => memories,
    ['memories'],
  );
  return (
    <>
      <div class="filters section">
        <Field
          label="Search what is remembered"
          type="search"
          value={words}
          onValue={setWords}
          placeholder="What it is about"
        />
        <Select label="Kind" value={kind} onValue={(value) => setKind(value as Kind | '')}>
          <option value="">all</option>
          {Object.entries(kinds).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </Select>
      </div>
      {state}
      {items?.length === 0 && (
        <Empty>
          {q === '' && kind === ''
            ? 'Nothing is remembered yet. “Remember that Ana is allergic to nuts” in the chat does it.'
            : 'Nothing of this is remembered.'}
        </Empty>
      )}
      <ul class="list">
        {items?.map((memory) => (
          <MemoryRow key={memory.id} memory={memory} reload={reload} />
        ))}
      </ul>
      {more}
    </>
  );
}

function MemoryRow({ memory, reload }: { memory: Memory; reload: () => void }) {
  const { id, text, type, status, source, said_at: saidAt, tainted } = memory;
  const [isEdited, setEdited] = useState(false);
  const params = { path: { id } };
  const loaded = { reload, patch: () => {} };
  const acts: Act[] = [
    { label: 'Put right', icon: 'pencil', key: 'c', run: () => setEdited(true) },
    {
      label: 'Forget',
      icon: 'trash',
      isDanger: true,
      run: () => void change(loaded, () => ask(api.DELETE('/v1/memories/{id}', { params }))),
    },
  ];
  return (
    <Row label={text} menu={{ label: `More for ${text}`, acts }}>
      <span class="what">
        {text}
        <span class="under">
          {' '}
          {SOURCES[source]}, {whenText(saidAt)}
          {tainted && '; words of others went into it'}
        </span>
      </span>
      {status !== 'current' && (
        <span class="tag warn">{status === 'proposed' ? 'waits for your word' : 'no longer'}</span>
      )}
      <span class="aside">{type}</span>
      {isEdited && (
        <CorrectQuestion
          memory={memory}
          onClose={() => setEdited(false)}
          onYes={(body) => tellChange(reload, ask(api.PATCH('/v1/memories/{id}', { params, body })))}
        />
      )}
    </Row>
  );
}

interface CorrectProps {
  memory: Memory;
  onYes: (changes: object) => Promise<void>;
  onClose: () => void;
}

function CorrectQuestion({ memory, onYes, onClose }: CorrectProps) {
  const [text, setText] = useState(memory.text);
  const [values, setValues] = useState<FieldValues>(memory);
  const fields = useThingFields('memories');
  const save = async () => {
    const right = text.trim();
    const changes = { ...(right !== memory.text && { text: right }), ...changedFields(fields, memory, values) };
    if (Object.keys(changes).length > 0) await onYes(changes);
  };
  return (
    <Question title="Put it right" yes="Save" onClose={onClose} onYes={save}>
      <Area label="One sentence that stands by itself" value={text} onValue={setText} isFirst of="text" />
      <ThingFields fields={fields} values={values} onValues={setValues} />
    </Question>
  );
}
