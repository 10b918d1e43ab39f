import type { Param } from './port.ts';

/**
 * A piece of SQL with its parameters: one text more than there are parameters. A room can lend a piece to another room's
 * statement, so that what must happen together goes in one statement and one round trip.
 */
export interface Fragment {
  readonly strings: readonly string[];
  readonly values: readonly Param[];
}

/**
 * The texts of a fragment, by the template that it is written with and the texts of the fragments in it: a statement of many
 * pieces is put together once, and its text is the same string each time, whose hash is known.
 */
interface Shape {
  readonly nested: readonly (readonly string[] | undefined)[];
  readonly texts: readonly string[];
}

const shapes = new WeakMap<TemplateStringsArray, Shape[]>();
const rendered = new WeakMap<readonly string[], string>();
const raws = new Map<string, Fragment>();
/** Forms of one template, and raw texts, that are kept; further ones are put together each time. */
const MOST_SHAPES = 16;
const MOST_RAWS = 500;

/** `sql\`select * from inbox where id = ${id}\``; a fragment is put in place, anything else becomes `$n`. */
export function sql(strings: TemplateStringsArray, ...given: (Param | Fragment)[]): Fragment {
  const nested: (readonly string[] | undefined)[] = [];
  const values: Param[] = [];
  for (const value of given) {
    const isFragment = typeof value === 'object' && value !== null && 'strings' in value;
    nested.push(isFragment ? value.strings : undefined);
    if (isFragment) values.push(...value.values);
    else values.push(value);
  }
  const known = shapes.get(strings) ?? [];
  for (const shape of known) {
    if (shape.nested.every((texts, at) => texts === nested[at])) return { strings: shape.texts, values };
  }
  const texts = joined(strings, nested);
  if (known.length < MOST_SHAPES) shapes.set(strings, [...known, { nested, texts }]);
  return { strings: texts, values };
}

/** The template's texts with those of its fragments in their places. */
function joined(strings: readonly string[], nested: Shape['nested']): string[] {
  const texts = [strings[0] as string];
  for (const [at, inner] of nested.entries()) {
    const next = strings[at + 1] as string;
    const [first = '', ...rest] = inner ?? ['', ''];
    texts.push(`${texts.pop()}${first}`, ...rest);
    texts.push(`${texts.pop()}${next}`);
  }
  return texts;
}

/**
 * Text that stands in the statement as it is: names of columns, a limit. Plans are made without the values of
 * parameters (`force_generic_plan`), so that a limit which decides on the plan is written out.
 */
export function raw(value: string | number): Fragment {
  const text = String(value);
  const known = raws.get(text);
  if (known) return known;
  const made: Fragment = { strings: [text], values: [] };
  if (raws.size < MOST_RAWS) raws.set(text, made);
  return made;
}

/** The statement's text and its parameters, for `run(name, ...render(fragment))`. Equal shapes give equal texts. */
export function render({ strings, values }: Fragment): [text: string, params: readonly Param[]] {
  const known = rendered.get(strings);
  if (known !== undefined) return [known, values];
  const text = strings.reduce((all, part, number) => `${all}$${number}${part}`);
  rendered.set(strings, text);
  return [text, values];
}

/**
 * The statement with the parameters that it uses, numbered anew: PostgreSQL cannot infer the type of `$2` where a text
 * holds `$1` and `$3` only.
 */
export function onlyUsed(text: string, params: readonly Param[]): [text: string, params: Param[]] {
  const used = params.map((_, index) => index + 1).filter((number) => new RegExp(`\\$${number}(?!\\d)`).test(text));
  const renumbered = text.replace(/\$(\d+)/g, (_, number: string) => `$${used.indexOf(Number(number)) + 1}`);
  return [renumbered, used.map((number) => params[number - 1] as Param)];
}
