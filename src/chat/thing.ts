/** Fields of a thing that a person keeps, each said once: tools, HTTP, flags, forms, changes and undo follow from the list. */
import type { z } from 'zod';
import { type Failed, orNull, type TxContext } from '../agent/index.ts';
import type { Json } from '../base/json.ts';
import type { ColumnSpec, Columns, ItemOf } from '../storage/index.ts';

type Values<S extends ColumnSpec> = ItemOf<Columns<S>>;

/**
 * An entry of the list. A new one needs a column in a migration, and its sentences; whoever makes, changes, moves apart, takes
 * back, or shows the thing knows it from here.
 */
export interface ThingField<
  S extends ColumnSpec = ColumnSpec,
  Input extends z.ZodType = z.ZodType,
  Shown extends z.ZodType = z.ZodType,
  Ctx = TxContext,
> {
  /** Columns that it fills, of a table or of a record in one. They go along with an occurrence that is moved apart. */
  columns: S;
  /** Values of a thing for which nobody has said it. Where they are undefined, programs take the field away with null. */
  standard: Values<S>;
  /** As tools and HTTP take it, with its sentence for a model. */
  input: Input;
  /** A failure for words that cannot be read, or where it needs something that is not there. */
  read(said: z.output<Input>, ctx: Ctx): Partial<Values<S>> | Failed | Promise<Partial<Values<S>> | Failed>;
  /** As HTTP gives it back. It may be sent again as it came. */
  shown: Shown;
  show(values: Values<S>): z.output<Shown>;
  flag?: FieldFlag<z.input<Input>>;
  form?: FormField;
  /** The answer to its change; left out: that of a change of the thing. */
  says?(thing: Values<S> & { text: string }, said: z.output<Input> | null): string;
  /** True for a value that wakes somebody, or tells others: a model's choice of it is said below the answer. */
  isLoud?(values: Values<S>, ctx: TxContext): boolean;
}

export interface FieldFlag<Input> {
  /** Words behind `--name` in `/help`: `<how often>`; empty: it stands alone. */
  usage: string;
  read(words: string): Input | Failed;
}

/** Field of a form on the page. */
export interface FormField {
  label: string;
  /** `tags`: words, each of which is one; `place`: one of the person's targets; `target`: with a length of time. */
  kind: 'check' | 'words' | 'tags' | 'day' | 'number' | 'choice' | 'place' | 'target';
  example?: string;
  /** Bounds of a number. */
  range?: readonly [least: number, most: number];
  /** Values of a choice, each in words. */
  choices?: Readonly<Record<string, string>>;
  /** The entry of a choice, place or target for no value, in words; a choice without it always has one. */
  empty?: string;
  /** It stands in the form from the beginning, not behind "More". */
  isOpen?: true;
  /** The field of a body without which it says nothing: it is offered beside that one. */
  needs?: string;
}

export interface NamedFormField extends FormField {
  /** Its name in bodies and records. */
  name: string;
  /** Its value in the record of a thing for which nobody has said it. */
  standard: Json;
}

export function field<S extends ColumnSpec, Input extends z.ZodType, Shown extends z.ZodType, Ctx = TxContext>(
  declared: ThingField<S, Input, Shown, Ctx>,
): ThingField<S, Input, Shown, Ctx> {
  return declared;
}

type PlainParts<S extends ColumnSpec, T extends z.ZodType> = Pick<
  ThingField<S, T>,
  'columns' | 'standard' | 'input' | 'flag' | 'form' | 'says' | 'isLoud'
>;

/** Null stands for the value that nothing stands for by itself. */
type PlainShown<S extends ColumnSpec, T extends z.ZodType> =
  | z.output<T>
  | (undefined extends Values<S>[keyof S] ? null : never);

/** Field with one column, which holds it as it is said. */
export function plainField<S extends ColumnSpec, T extends z.ZodType>(
  declared: PlainParts<S, T>,
): ThingField<S, T, z.ZodType<PlainShown<S, T>>> {
  const [[key = '', standard] = []] = Object.entries(declared.standard);
  const shown = standard === undefined ? declared.input.nullable() : declared.input;
  return {
    ...declared,
    read: (input) => ({ [key]: input }) as Values<S>,
    shown: shown as z.ZodType<PlainShown<S, T>>,
    show: (values) => ((values as Record<string, unknown>)[key] ?? null) as PlainShown<S, T>,
  };
}

type FieldList = Readonly<Record<string, ThingField>>;

type IntersectionOf<T> = (T extends unknown ? (each: T) => void : never) extends (all: infer Both) => void
  ? Both
  : never;
type SpecOf<F extends FieldList> = IntersectionOf<F[keyof F]['columns']> extends infer S extends ColumnSpec ? S : never;
type InputOf<T extends ThingField> = undefined extends T['standard'][keyof T['standard']]
  ? z.ZodNullable<T['input']>
  : T['input'];
type InputsOf<F extends FieldList> = { [K in keyof F]: z.ZodOptional<InputOf<F[K]>> };
type ShownOf<F extends FieldList> = { [K in keyof F]: F[K]['shown'] };
type ShownValues<F extends FieldList> = { [K in keyof F]: z.output<F[K]['shown']> };
type FieldInputs<F extends FieldList> = { [K in keyof F]?: z.output<InputOf<F[K]>> | undefined };
type KeyOf<F extends FieldList> = keyof SpecOf<F> & string;

/** `Ctx`: what reading its fields needs of a call. */
export class ThingFields<F extends FieldList, Ctx = TxContext> {
  /** Columns of all, for the thing's table. */
  readonly columns: SpecOf<F>;
  readonly keys: readonly KeyOf<F>[];
  readonly standard: Values<SpecOf<F>>;
  /** For the input of a tool and a body over HTTP; each may be left out. */
  readonly inputs: InputsOf<F>;
  /** For the record over HTTP. */
  readonly shown: ShownOf<F>;
  /** Names of those that a command takes behind `--`. */
  readonly flags: readonly string[];
  readonly form: readonly NamedFormField[];
  readonly #fields: readonly (readonly [name: string, field: ThingField])[];

  constructor(fields: F) {
    this.#fields = Object.entries(fields);
    const ofEach = <T>(part: (field: ThingField) => T) =>
      Object.fromEntries(this.#fields.map(([name, each]) => [name, part(each)]));
    this.columns = Object.assign({}, ...this.#fields.map(([, { columns }]) => columns)) as SpecOf<F>;
    this.keys = Object.keys(this.columns) as KeyOf<F>[];
    this.standard = Object.assign({}, ...this.#fields.map(([, { standard }]) => standard)) as Values<SpecOf<F>>;
    this.inputs = ofEach((each) => inputOf(each).optional()) as InputsOf<F>;
    this.shown = ofEach(({ shown }) => shown) as ShownOf<F>;
    this.flags = this.#fields.flatMap(([name, { flag }]) => (flag ? name : []));
    this.form = this.#fields.flatMap(([name, { form, show, standard }]) =>
      form ? { name, standard: show(standard) as Json, ...form } : [],
    );
  }

  /** The fields that an input names: a question about something else carries them along. */
  pickGiven(inputs: FieldInputs<F>): FieldInputs<F> {
    const values = this.#listGiven(inputs).map(([name, , value]) => [name, value] as const);
    return Object.fromEntries(values) as FieldInputs<F>;
  }

  /** True if each field that an input names has there the value for which nobody has said it. */
  isStandard(inputs: FieldInputs<F>): boolean {
    const standardValues: Record<string, unknown> = this.show(this.standard);
    return this.#listGiven(inputs).every(([name, , value]) => value === standardValues[name]);
  }

  /** Values of the columns that an input names; the first failure. */
  async read(inputs: FieldInputs<F>, ctx: Ctx): Promise<Partial<Values<SpecOf<F>>> | Failed> {
    const values = {};
    for (const [name, { read, standard }, value] of this.#listGiven(inputs)) {
      const result = value === null ? standard : await read(value, ctx as TxContext);
      if (isFailed(result)) return { field: name, ...result };
      Object.assign(values, result);
    }
    return values;
  }

  /** The columns of a thing that are its own. */
  valuesIn(thing: Values<SpecOf<F>>): Values<SpecOf<F>> {
    return Object.fromEntries(this.keys.map((key) => [key, thing[key]])) as Values<SpecOf<F>>;
  }

  show(thing: Values<SpecOf<F>>): ShownValues<F> {
    const entries = this.#fields.map(([name, { show }]) => [name, show(thing as Values<ColumnSpec>)]);
    return Object.fromEntries(entries) as ShownValues<F>;
  }

  /** Input that flags say; the first failure. */
  readFlags(flags: ReadonlyMap<string, string>): FieldInputs<F> | Failed {
    const inputs: Record<string, unknown> = {};
    for (const [name, { flag }] of this.#fields) {
      const words = flags.get(name);
      if (words === undefined || !flag) continue;
      const value = flag.read(words);
      if (isFailed(value)) return value;
      inputs[name] = value;
    }
    return inputs as FieldInputs<F>;
  }

  /** `[--nag <how often>] [--urgent]` */
  get usage(): string {
    return this.#fields.flatMap(([name, { flag }]) => (flag ? `[${`--${name} ${flag.usage}`.trim()}]` : [])).join(' ');
  }

  /** The answer to a change of these fields: the sentences of all that are given. Undefined: they have none of their own. */
  answer(thing: Values<SpecOf<F>> & { text: string }, inputs: FieldInputs<F>): string | undefined {
    const whole = thing as Values<ColumnSpec> & { text: string };
    const sentences = this.#listGiven(inputs).flatMap(([, { says }, value]) => says?.(whole, value) ?? []);
    return sentences.length > 0 ? sentences.join(' ') : undefined;
  }

  /** Sentences about those of these fields whose value wakes somebody, or tells others. */
  loudIn(thing: Values<SpecOf<F>> & { text: string }, inputs: FieldInputs<F>, ctx: TxContext): string[] {
    const whole = thing as Values<ColumnSpec> & { text: string };
    return this.#listGiven(inputs).flatMap(([, { isLoud, says }, value]) =>
      isLoud?.(whole, ctx) ? (says?.(whole, value) ?? []) : [],
    );
  }

  isLoud(thing: Values<SpecOf<F>>, ctx: TxContext): boolean {
    return this.#fields.some(([, { isLoud }]) => isLoud?.(thing as Values<ColumnSpec>, ctx));
  }

  #listGiven(inputs: FieldInputs<F>): (readonly [name: string, field: ThingField, value: unknown])[] {
    return this.#fields.flatMap(([name, each]) =>
      inputs[name] === undefined ? [] : [[name, each, inputs[name]] as const],
    );
  }
}

/** As tools and HTTP take it: null takes away the one that nothing stands for by itself. */
const inputOf = ({ input, standard }: ThingField): z.ZodType =>
  Object.values(standard).every((value) => value === undefined) ? orNull(input) : input;

const isFailed = (value: unknown): value is Failed =>
  typeof value === 'object' && value !== null && 'ok' in value && value.ok === false;
