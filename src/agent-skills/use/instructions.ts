import { encloseInFrame, escapeFrames, frameText } from '../../base/frames.ts';
import { oneLine } from '../../base/text.ts';
import { codeFinds, runsScripts, toolName } from '../texts.ts';
import type { ReadSkill, ReadySkill } from './ready.ts';

export interface Call {
  /** Arguments behind the skill's name, as written; undefined: it was called without. */
  args?: string | undefined;
  /** Values of `<%= key %>`. */
  values: Readonly<Record<string, string>>;
  /** Values of `${NAME}`. */
  exposed: Readonly<Record<string, string>>;
  /** Output of its commands, by skill and command; one that is not there was not run. */
  outputs?: ReadonlyMap<string, ReadonlyMap<string, string>>;
  runs?: boolean;
}

const MOST_FILES = 20;
const MOST_OPEN = 12;
const LONGEST_PATH = 400;

export function instructions({ skill, all, missing }: ReadySkill, call: Call): string {
  const texts = all.map((one) => instructionsOf(one, one.skill === skill ? call : { ...call, args: undefined }));
  const absent = missing.length === 0 ? [] : [`It depends on skills that are not there: ${missing.join(', ')}.`];
  return [...texts, ...absent].join('\n\n');
}

function instructionsOf({ skill, body, files }: ReadSkill, call: Call): string {
  const { name, dockerImage, secrets, allowedTools = [], forbiddenTools } = skill;
  const filled = fill(body, { ...call, baseDir: `/skills/${name}`, outputs: call.outputs?.get(name) });
  const args = call.args !== undefined && !filled.tookArguments ? [`Arguments: ${call.args}`] : [];
  const more = files.length - MOST_FILES;
  const about = [
    ...(allowedTools.length > 0 ? [`It recommends these tools: ${allowedTools.map(toolName).join(', ')}.`] : []),
    ...(forbiddenTools.length > 0
      ? [`Until you have answered these tools are not allowed: ${forbiddenTools.map(toolName).join(', ')}.`]
      : []),
    ...(dockerImage === undefined ? [] : [`Its scripts are made for the image ${dockerImage}.`]),
    ...(secrets.length > 0 ? [`It uses these secrets, which you never see: ${secrets.map(nameOf).join(', ')}.`] : []),
    ...(files.length > 0
      ? [
          `Its files, to be read with skill_read_resource:\n${files
            .slice(0, MOST_FILES)
            .map((file) => `- ${oneLine(file, LONGEST_PATH)}`)
            .join('\n')}`,
        ]
      : []),
    ...(call.runs === true && files.length > 0 ? [codeFinds(name)] : []),
    ...(call.runs === true && files.some((file) => file.startsWith('scripts/')) ? [runsScripts()] : []),
    ...(more > 0 ? [`… and ${more} more: skill_list {"name": "${name}"} shows them.`] : []),
  ];
  const frame = frameText('instructions', [filled.text, ...note(filled)].join('\n'));
  return encloseInFrame('skill', [...[...about, ...args].map(escapeFrames), frame].join('\n'), { name });
}

const nameOf = (secret: { name: string; required: boolean }): string =>
  secret.required ? secret.name : `${secret.name} (optional)`;

function note({ open, commands }: { open: readonly string[]; commands: readonly string[] }): string[] {
  const list = (words: readonly string[]) =>
    words.slice(0, MOST_OPEN).join(', ') + (words.length > MOST_OPEN ? ` and ${words.length - MOST_OPEN} more` : '');
  const lines = [
    ...(open.length > 0 ? [`Left as it stands, because nothing is known for it: ${list(open)}.`] : []),
    ...(commands.length > 0 ? [`Shown and not run: ${list(commands.map((command) => `\`${command}\``))}.`] : []),
  ];
  return lines.length > 0 ? ['', `[Note: ${lines.join(' ')}]`] : [];
}

export interface Filling extends Pick<Call, 'args' | 'values' | 'exposed'> {
  baseDir: string;
  outputs?: ReadonlyMap<string, string> | undefined;
}

export interface FilledText {
  text: string;
  /** Placeholders that were not filled in, each once. */
  open: string[];
  commands: string[];
  tookArguments: boolean;
}

/** Matched in one pass: inserted text is never expanded again. */
const PLACES =
  /\$ARGUMENTS\b|\$(\d{1,2})(?!\d)|<%[-=]?((?:(?!%>)[\s\S]){0,200})%>|\$\{([A-Za-z_][A-Za-z0-9_]{0,99})\}|\{baseDir\}|!`([^`\n]{1,300})`/g;
const KEY = /^\s*([A-Za-z_][\w.-]{0,63})\s*$/;

export function commandsIn(text: string): string[] {
  const commands = [...text.matchAll(PLACES)].flatMap(([, , , , command]) => (command === undefined ? [] : [command]));
  return [...new Set(commands)];
}

export function fill(text: string, filling: Filling): FilledText {
  const argumentList = filling.args === undefined ? [] : argumentsIn(filling.args);
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
        const output = filling.outputs?.get(command);
        if (output !== undefined) return output;
        commands.add(command);
        return place;
      }
      if (template !== undefined) return fillTemplate(place, template, filling.values) ?? keep(place);
      if (variable !== undefined) {
        return Object.hasOwn(filling.exposed, variable) ? (filling.exposed[variable] ?? '') : keep(place);
      }
      if (place === '{baseDir}') return filling.baseDir;
      if (number === undefined) {
        tookArguments = true;
        return filling.args ?? '';
      }
      const argument = argumentList[Number(number) - 1];
      // In a script `$1` may be the script's own, so that one without an argument stays without a word.
      if (argument === undefined) return place;
      tookArguments = true;
      return argument;
    },
  );
  return { text: filled, open: [...open], commands: [...commands], tookArguments };
}

/** An unknown key becomes blank; what is more than a key is no template that can be filled in. */
function fillTemplate(place: string, template: string, values: Filling['values']): string | undefined {
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
