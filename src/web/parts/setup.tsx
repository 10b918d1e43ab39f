/** The form of a card: its fields as coda describes them, and the wait for a coda that begins anew. */
import { api, ask, failureOf } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { Linked } from './copyable.tsx';
import { useFault } from './faults.ts';
import { Check, Field } from './field.tsx';

export type SetupForm = Json<'/v1/setup/cards/{id}'>;
type FormField = SetupForm['fields'][number];
export type Answers = Readonly<Record<string, string>>;

const LONGEST = { secret: 500, text: 200, choice: 250, url: 2_000, switch: 3 } as const;
const LOOK_EVERY_MS = 500;
const STARTS_WITHIN_MS = 60_000;

/** The answers with which a form begins. */
export const firstAnswers = ({ fields }: SetupForm): Answers =>
  Object.fromEntries(fields.flatMap(({ key, value }) => (value === null ? [] : [[key, value]])));

export const isAsked = ({ when }: FormField, answers: Answers): boolean => {
  const value = when === null ? '' : (answers[when.of] ?? '');
  return when === null || when.is.some((each) => value === each || value.startsWith(`${each}/`));
};

/** The answers of the fields that are asked; a secret that nobody has typed is left out. */
export const sentAnswers = ({ fields }: SetupForm, answers: Answers): Record<string, string> =>
  Object.fromEntries(
    fields
      .filter((field) => isAsked(field, answers) && (field.kind !== 'secret' || answers[field.key]?.trim()))
      .map(({ key }) => [key, (answers[key] ?? '').trim()]),
  );

interface FieldsProps {
  form: SetupForm;
  answers: Answers;
  onAnswers: (answers: Answers) => void;
  /** Asks also what few need. */
  withRare?: boolean;
}

export function SetupFields({ form, answers, onAnswers, withRare = false }: FieldsProps) {
  const asked = form.fields.filter((field) => isAsked(field, answers));
  const viewsOf = (isRare: boolean) =>
    asked
      .filter(({ rare }) => rare === isRare)
      .map((field, index) => (
        <FormFieldView
          key={field.key}
          field={field}
          value={answers[field.key] ?? ''}
          onValue={(value) => onAnswers({ ...answers, [field.key]: value })}
          isFirst={!isRare && index === 0}
        />
      ));
  return (
    <>
      {viewsOf(false)}
      {withRare && asked.some(({ rare }) => rare) && (
        <details>
          <summary>More</summary>
          {viewsOf(true)}
        </details>
      )}
    </>
  );
}

interface ViewProps {
  field: FormField;
  value: string;
  onValue: (value: string) => void;
  isFirst: boolean;
}

function FormFieldView({ field, value, onValue, isFirst }: ViewProps) {
  const { key, label, kind, hint, optional, set: isSet, fixed_by: fixedBy } = field;
  if (kind === 'choice') return <Choices field={field} value={value} onValue={onValue} />;
  if (kind === 'switch')
    return <Check label={label} isOn={value === 'on'} onTurn={(on) => onValue(on ? 'on' : 'off')} />;
  const isSecret = kind === 'secret';
  const now =
    fixedBy !== null && /_file$/.test(fixedBy)
      ? `It is read from the file that ${fixedBy} names.`
      : fixedBy !== null
        ? `${fixedBy} of its environment is used.`
        : isSecret && isSet
          ? 'Left empty: the one that is set stays.'
          : '';
  return (
    <Field
      label={optional ? `${label} (optional)` : label}
      of={`answers.${key}`}
      type={isSecret ? 'password' : 'text'}
      value={value}
      onValue={onValue}
      required={!optional && !isSet && fixedBy === null}
      isFirst={isFirst}
      maxLength={LONGEST[kind]}
      hint={[now, hint].filter(Boolean).join(' ') || undefined}
    />
  );
}

function Choices({ field: { key, label, choices, hint }, value, onValue }: Omit<ViewProps, 'isFirst'>) {
  const { id, words, attributes } = useFault(`answers.${key}`);
  return (
    <fieldset class="choices" {...attributes}>
      <legend>{label}</legend>
      {choices?.map((choice) => (
        <label key={choice.value}>
          <input type="radio" name={key} checked={choice.value === value} onChange={() => onValue(choice.value)} />{' '}
          {choice.label}
        </label>
      ))}
      {hint !== null && (
        <small class="faint">
          <Linked text={hint} />
        </small>
      )}
      {words !== undefined && (
        <em id={id} class="bad" role="alert">
          {words}
        </em>
      )}
    </fieldset>
  );
}

/** Resolves once coda has read its configuration anew: another time than `readAt`. */
export async function whenBegunAnew(readAt: string): Promise<void> {
  const until = Date.now() + STARTS_WITHIN_MS;
  while (Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    // Away for a moment, which is waited for.
    const answer = await ask(api.GET('/v1/setup/cards')).catch(() => undefined);
    if (answer !== undefined && answer.read_at !== readAt) return;
  }
  throw failureOf(new Error('coda takes long to begin anew.'));
}
