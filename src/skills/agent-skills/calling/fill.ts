/** Fills in what the instructions of a skill leave open. Pure. */

export interface Filling {
  /** What followed the skill's name, as it was written; undefined: it was not called with arguments. */
  args?: string | undefined;
  /** What `<%= key %>` stands for. */
  values: Readonly<Record<string, string>>;
  /** What `${NAME}` stands for. */
  exposed: Readonly<Record<string, string>>;
  /** What `{baseDir}` stands for. */
  baseDir: string;
}

export interface Filled {
  text: string;
  /** What was not filled in, as it stands there, each once. */
  open: string[];
  /** Commands that are shown and were not run. */
  commands: string[];
  /** Whether the arguments have a place in the text. */
  tookArguments: boolean;
}

/** One pass over the text: what is filled in is never looked at again. */
const PLACES =
  /\$ARGUMENTS\b|\$(\d{1,2})(?!\d)|<%[-=]?((?:(?!%>)[\s\S]){0,200})%>|\$\{([A-Za-z_][A-Za-z0-9_]{0,99})\}|\{baseDir\}|!`([^`\n]{1,300})`/g;
const KEY = /^\s*([A-Za-z_][\w.-]{0,63})\s*$/;

export function fill(text: string, filling: Filling): Filled {
  const given = filling.args === undefined ? [] : argumentsIn(filling.args);
  const open = new Set<string>();
  const commands = new Set<string>();
  let tookArguments = false;
  const keep = (place: string) => {
    open.add(place.replace(/\s+/g, ' '));
    return place;
  };
  const filled = text.replace(
    PLACES,
    (place: string, number?: string, template?: string, variable?: string, command?: string) => {
      if (command !== undefined) {
        commands.add(command);
        return place;
      }
      if (template !== undefined) return templated(place, template, filling.values) ?? keep(place);
      if (variable !== undefined) {
        return Object.hasOwn(filling.exposed, variable) ? (filling.exposed[variable] ?? '') : keep(place);
      }
      if (place === '{baseDir}') return filling.baseDir;
      if (number === undefined) {
        tookArguments = true;
        return filling.args ?? '';
      }
      const argument = given[Number(number) - 1];
      // In a script `$1` may be the script's own, so that one without an argument stays without a word.
      if (argument === undefined) return place;
      tookArguments = true;
      return argument;
    },
  );
  return { text: filled, open: [...open], commands: [...commands], tookArguments };
}

/** An unknown key becomes blank; what is more than a key is no template that can be filled in. */
function templated(place: string, template: string, values: Filling['values']): string | undefined {
  if (!place.startsWith('<%=') && !place.startsWith('<%-')) return undefined;
  const key = KEY.exec(template)?.[1];
  if (key === undefined) return undefined;
  return Object.hasOwn(values, key) ? (values[key] ?? '') : '';
}

/** Words, with quotes around those that have spaces in them. */
export function argumentsIn(args: string): string[] {
  const words = args.match(/"(?:[^"\\]|\\.)*"(?!\S)|'[^']*'(?!\S)|\S+/g) ?? [];
  return words.map((word) => {
    if (word.length > 1 && word.startsWith('"')) return word.slice(1, -1).replace(/\\(.)/g, '$1');
    return word.length > 1 && word.startsWith("'") ? word.slice(1, -1) : word;
  });
}
