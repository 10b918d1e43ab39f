/** Forms of a reminder: its words, its time, and the fields that coda describes. */
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import { tellChange } from '../app/change.ts';
import { type LoadState, useLoad } from '../app/load.ts';
import { InPlace, Question } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { ThingFields, useThingFields } from '../parts/thing-fields.tsx';
import { changedFields, type FieldValues, standardsOf } from '../parts/thing-values.ts';
import { moveEntry, type Today, type TodayEntry } from './acts.ts';

interface EditProps {
  entry: TodayEntry;
  loaded: LoadState<Today>;
  onClose: () => void;
}

export function EditReminder({ entry, loaded, onClose }: EditProps) {
  const [text, setText] = useState(entry.text);
  const [when, setWhen] = useState('');
  const [changed, setChanged] = useState<FieldValues>();
  const params = { path: { id: entry.id ?? '' } };
  const { data: before } = useLoad(`reminder ${entry.id}`, () => ask(api.GET('/v1/reminders/{id}', { params })));
  const fields = useThingFields('reminders');
  return (
    <InPlace
      title="Change the reminder"
      yes="Change"
      onClose={onClose}
      onYes={() =>
        moveEntry(loaded, entry, {
          ...(text.trim() !== entry.text && { text: text.trim() }),
          ...(when.trim() !== '' && { when: when.trim() }),
          ...(before && changed && changedFields(fields, before, changed)),
        })
      }
    >
      <Field label="What" value={text} onValue={setText} required isFirst />
      <Field
        label="When, if it is another time"
        value={when}
        onValue={setWhen}
        placeholder={entry.repeats ?? 'tomorrow at 9'}
      />
      {before && <ThingFields fields={fields} values={changed ?? before} onValues={setChanged} />}
    </InPlace>
  );
}

export function NewReminder({ loaded, onClose }: { loaded: LoadState<Today>; onClose: () => void }) {
  const [text, setText] = useState('');
  const [when, setWhen] = useState('');
  const [changed, setChanged] = useState<FieldValues>();
  const fields = useThingFields('reminders');
  const standards = standardsOf(fields);
  const values = changed ?? standards;
  const save = () => {
    const body = { text, when, ...changedFields(fields, standards, values) };
    return tellChange(loaded.reload, ask(api.POST('/v1/reminders', { body })));
  };
  return (
    <Question title="New reminder" yes="Remind me" onClose={onClose} onYes={save}>
      <Field label="What" value={text} onValue={setText} required isFirst />
      <Field label="When" value={when} onValue={setWhen} required placeholder="tomorrow at 9, every Friday at 20:00" />
      <ThingFields fields={fields} values={values} onValues={setChanged} />
    </Question>
  );
}
