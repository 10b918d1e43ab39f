/** What a model is told of a skill that it is to work with. Pure. */

import { fill } from '../calling/fill.ts';
import { toolName } from '../texts.ts';
import type { ReadSkill, Ready } from './ready.ts';

export interface Call {
  /** What followed the skill's name. */
  args?: string | undefined;
  /** What `<%= key %>` may stand for. */
  values: Readonly<Record<string, string>>;
  exposed: Readonly<Record<string, string>>;
}

const MOST_FILES = 20;
const MOST_OPEN = 12;

/** All that is activated, what is depended on first. */
export function instructions({ skill, all, missing }: Ready, call: Call): string {
  const texts = all.map((one) => instructionsOf(one, one.skill === skill ? call : { ...call, args: undefined }));
  const absent = missing.length === 0 ? [] : [`It depends on skills that are not there: ${missing.join(', ')}.`];
  return [...texts, ...absent].join('\n\n');
}

function instructionsOf({ skill, body, files }: ReadSkill, call: Call): string {
  const { name, dockerImage, secrets, allowedTools = [], forbiddenTools } = skill;
  const filled = fill(body, { ...call, baseDir: `/skills/${name}` });
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
            .map((file) => `- ${file}`)
            .join('\n')}`,
        ]
      : []),
    ...(more > 0 ? [`… and ${more} more: skill_list {"name": "${name}"} shows them.`] : []),
  ];
  return [
    `<skill name="${name}">`,
    ...about,
    ...args,
    '<instructions>',
    // Its own words must not seem to end before they do.
    filled.text.replace(/<\/(skill|instructions)>/gi, '<\\/$1>'),
    ...note(filled),
    '</instructions>',
    '</skill>',
  ].join('\n');
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
