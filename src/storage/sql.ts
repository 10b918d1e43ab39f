import type { Param } from './port.ts';

/**
 * A piece of SQL with its parameters. Pieces nest: a room can lend a piece to another room's statement, so that what
 * must happen together goes in one statement and one round trip.
 */
export interface Fragment {
  readonly strings: readonly string[];
  readonly values: readonly (Param | Fragment)[];
}

/** `sql\`select * from inbox where id = ${id}\``; a nested fragment is put in place, anything else becomes `$n`. */
export function sql(strings: TemplateStringsArray, ...values: (Param | Fragment)[]): Fragment {
  return { strings, values };
}

/**
 * Text that stands in the statement as it is: names of columns, a limit. Plans are made without the values of
 * parameters (`force_generic_plan`), so that a limit which decides on the plan is written out.
 */
export function raw(text: string | number): Fragment {
  return { strings: [String(text)], values: [] };
}

/** The statement's text and its parameters, for `run(name, ...render(fragment))`. Equal shapes give equal texts. */
export function render(fragment: Fragment): [text: string, params: Param[]] {
  const params: Param[] = [];
  const write = ({ strings, values }: Fragment): string =>
    strings.reduce((text, string, index) => {
      const value = values[index - 1] as Param | Fragment;
      return text + (isFragment(value) ? write(value) : `$${params.push(value)}`) + string;
    });
  return [write(fragment), params];
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

function isFragment(value: Param | Fragment): value is Fragment {
  return typeof value === 'object' && value !== null && 'strings' in value && 'values' in value;
}
