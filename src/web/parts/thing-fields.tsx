/** Fields of a thing that a form draws from the description of the API: one that is added there stands here too. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import { useLoad } from '../app/load.ts';
import { Check, Field, Select } from './field.tsx';
import { TargetSelect, useTargets } from './targets.tsx';
import { type FieldValues, type ThingField, tagsIn, tagWords } from './thing-values.ts';

export function useThingFields(thing: string): readonly ThingField[] {
  const { data } = useLoad('things', () => ask(api.GET('/v1/things')));
  return data?.things.find(({ name }) => name === thing)?.fields ?? [];
}

interface ThingFieldsProps {
  fields: readonly ThingField[];
  values: FieldValues;
  onValues: (values: FieldValues) => void;
  /** Further ones behind "More". */
  children?: ComponentChildren;
}

/** The open ones, and the others behind "More". */
export const ThingFields = ({ fields, children, ...rest }: ThingFieldsProps) => (
  <>
    <FieldInputs fields={fields.filter(({ open }) => open)} {...rest} />
    <details>
      <summary>More</summary>
      <div class="body">
        <FieldInputs fields={fields.filter(({ open }) => !open)} {...rest} />
        {children}
      </div>
    </details>
  </>
);

const FieldInputs = ({ fields, values, onValues }: ThingFieldsProps) => (
  <>
    {fields.map((field) => {
      const Input = INPUTS[field.kind];
      const { name } = field;
      const onValue = (value: unknown) => onValues({ ...values, [name]: value });
      return <Input key={name} field={field} value={values[name] ?? null} onValue={onValue} />;
    })}
  </>
);

interface InputProps {
  field: ThingField;
  value: unknown;
  onValue: (value: unknown) => void;
}

const NONE = 'none';

const INPUTS: Readonly<Record<ThingField['kind'], (props: InputProps) => preact.JSX.Element>> = {
  check: ({ field: { label }, value, onValue }) => <Check label={label} isOn={value === true} onTurn={onValue} />,
  words: ({ field: { name, label, example }, value, onValue }) => (
    <Field
      label={label}
      value={String(value ?? '')}
      onValue={(words) => onValue(words.trim() === '' ? null : words)}
      placeholder={example ?? undefined}
      of={name}
    />
  ),
  tags: ({ field: { name, label, example }, value, onValue }) => (
    <TagsInput label={label} example={example} value={value as string[]} onValue={onValue} of={name} />
  ),
  day: ({ field: { name, label }, value, onValue }) => (
    <Field type="date" label={label} value={String(value ?? '')} onValue={(day) => onValue(day || null)} of={name} />
  ),
  number: ({ field: { name, label, range }, value, onValue }) => (
    <Field
      type="number"
      label={label}
      value={String(value ?? '')}
      onValue={(words) => onValue(words === '' ? null : Number(words))}
      of={name}
      {...(range && { min: range[0], max: range[1] })}
    />
  ),
  choice: ({ field: { name, label, choices, empty }, value, onValue }) => (
    <Select label={label} value={String(value ?? '')} onValue={(choice) => onValue(choice || null)} of={name}>
      {empty !== null && <option value="">{empty}</option>}
      {Object.entries(choices ?? {}).map(([each, words]) => (
        <option key={each} value={each}>
          {words}
        </option>
      ))}
    </Select>
  ),
  place: PlaceInput,
  target: TargetInput,
};

interface TagsProps {
  label: string;
  example: string | null;
  value: readonly string[] | null;
  onValue: (tags: string[]) => void;
  of: string;
}

/** The words stay as they are typed; the value is the tags that they say. */
function TagsInput({ label, example, value, onValue, of }: TagsProps) {
  const [words, setWords] = useState(tagWords(value ?? []));
  const typed = (text: string) => {
    setWords(text);
    onValue(tagsIn(text));
  };
  return <Field label={label} value={words} onValue={typed} placeholder={example ?? undefined} of={of} />;
}

function PlaceInput({ field: { name, label, empty }, value, onValue }: InputProps) {
  const id = String(value ?? '');
  const targets = useTargets([{ id }]);
  return (
    <TargetSelect
      label={label}
      none={empty ?? NONE}
      value={id}
      onValue={(chosen) => onValue(chosen || null)}
      targets={targets}
      of={name}
    />
  );
}

function TargetInput({ field: { name, label, empty }, value, onValue }: InputProps) {
  const { to = '', after = '' } = (value ?? {}) as { to?: string; after?: string };
  const targets = useTargets([{ id: to }]);
  return (
    <>
      <TargetSelect
        label={label}
        none={empty ?? NONE}
        value={to}
        onValue={(id) => onValue(id === '' ? null : { to: id, ...(after !== '' && { after }) })}
        targets={targets}
        of={`${name} ${name}.to`}
      />
      {to !== '' && (
        <Field
          label="After"
          value={after}
          onValue={(words) => onValue({ to, ...(words.trim() !== '' && { after: words }) })}
          placeholder="30 minutes"
          of={`${name}.after`}
        />
      )}
    </>
  );
}
