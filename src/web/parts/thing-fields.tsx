/** Fields of a thing that a form draws from the description of the API: one that is added there stands here too. */
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { useLoad } from '../app/load.ts';
import { Check, Field, Select } from './field.tsx';
import { TargetSelect, useTargets } from './targets.tsx';

export type ThingField = Json<'/v1/things'>['things'][number]['fields'][number];

/** Values by the names of the fields, as the record of the thing has them; null: none. */
export type FieldValues = Readonly<Record<string, unknown>>;

export function useThingFields(thing: string): readonly ThingField[] {
  const { data } = useLoad('things', () => ask(api.GET('/v1/things')));
  return data?.things.find(({ name }) => name === thing)?.fields ?? [];
}

/** The body that makes `before` to `now`; null takes a field away. */
export function changedFields(fields: readonly ThingField[], before: FieldValues, now: FieldValues): object {
  const changes = fields.flatMap(({ name }) => {
    const value = now[name] ?? null;
    return JSON.stringify(value) === JSON.stringify(before[name] ?? null) ? [] : [[name, value] as const];
  });
  return Object.fromEntries(changes);
}

interface ThingFieldsProps {
  fields: readonly ThingField[];
  values: FieldValues;
  onValues: (values: FieldValues) => void;
}

export const ThingFields = ({ fields, values, onValues }: ThingFieldsProps) => (
  <details>
    <summary>More</summary>
    <div class="body">
      {fields.map((field) => {
        const Input = INPUTS[field.kind];
        const { name } = field;
        const onValue = (value: unknown) => onValues({ ...values, [name]: value });
        return <Input key={name} field={field} value={values[name] ?? null} onValue={onValue} />;
      })}
    </div>
  </details>
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
  choice: ({ field: { name, label, choices, empty }, value, onValue }) => (
    <Select label={label} value={String(value ?? '')} onValue={(choice) => onValue(choice || null)} of={name}>
      <option value="">{empty ?? NONE}</option>
      {Object.entries(choices ?? {}).map(([each, words]) => (
        <option key={each} value={each}>
          {words}
        </option>
      ))}
    </Select>
  ),
  target: TargetInput,
};

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
