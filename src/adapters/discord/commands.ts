import type { REST, RESTPutAPIApplicationCommandsJSONBody } from 'discord.js';
import { shorten } from '../../base/text.ts';
import type { Command, CommandOption } from '../../chat/index.ts';
import type { DiscordConfig } from './config.ts';

const MOST_COMMANDS = 100;
const MOST_OPTIONS = 25;
const LONGEST_DESCRIPTION = 100;
const NAME = /^[-_a-z0-9]{1,32}$/;
/** A string. */
const TEXT = 3;

export interface Registration {
  name: string;
  description: string;
  /** `0` hides it from everybody but administrators; null: everybody sees it. */
  default_member_permissions: string | null;
  options: { type: 3; name: string; description: string; required: boolean; autocomplete: boolean }[];
}

/** The slash commands that Discord shows for coda's. Pure. */
function registrations(commands: readonly Command[]): Registration[] {
  return commands
    .filter(({ name }) => NAME.test(name))
    .slice(0, MOST_COMMANDS)
    .map((command) => ({
      name: command.name,
      description: shorten(command.summary, LONGEST_DESCRIPTION) || command.name,
      default_member_permissions: command.ownerOnly ? '0' : null,
      options: optionsOf(command)
        .slice(0, MOST_OPTIONS)
        // Discord wants the required ones first.
        .sort((a, b) => Number(b.required ?? false) - Number(a.required ?? false))
        .map(({ name, description, required = false, complete }) => ({
          type: TEXT,
          name,
          description: shorten(description, LONGEST_DESCRIPTION) || name,
          required,
          autocomplete: complete !== undefined,
        })),
    }));
}

/** A command that only says in words what may follow has one field for all of it. */
function optionsOf({ options, usage }: Command): readonly CommandOption[] {
  if (options) return options;
  return usage ? [{ name: 'text', description: usage, required: usage.startsWith('<') }] : [];
}

/** The text form of a command whose fields were filled in, each on a line: what is stored and run. */
export function commandText(command: Command | undefined, name: string, values: ReadonlyMap<string, string>): string {
  const order = command ? optionsOf(command).map((option) => option.name) : [...values.keys()];
  const words = order.flatMap((option) => values.get(option)?.trim() || []);
  return `/${name} ${words.join('\n')}`.trimEnd();
}

/** Scope of registered commands: everywhere (no guild), or one guild. */
export interface Scope {
  guild?: string;
  /** Otherwise what is registered there is taken away, so that nobody is shown everything twice. */
  wanted: boolean;
}

/** Scopes to register commands in, and scopes where an earlier configuration may have left some. Pure. */
export function scopesOf({ commands, guilds }: Pick<DiscordConfig, 'commands' | 'guilds'>): Scope[] {
  const here = commands === 'guilds' && guilds.length > 0;
  return [{ wanted: !here }, ...guilds.map((guild) => ({ guild, wanted: here }))];
}

/** Brings what is registered to what is wanted, if it differs. Throws what a request throws. */
export async function register(
  rest: REST,
  application: string,
  { guild, wanted }: Scope,
  commands: readonly Command[],
): Promise<void> {
  const all = wanted ? registrations(commands) : [];
  const route = `/applications/${application}${guild === undefined ? '' : `/guilds/${guild}`}/commands` as const;
  const known = (await rest.get(route)) as Partial<Registration>[];
  if (comparable(known) === comparable(all)) return;
  // In servers and in direct messages with coda (0 and 1), not in conversations between others; a guild's are just there.
  const places = guild === undefined ? { contexts: [0, 1] } : {};
  const body: RESTPutAPIApplicationCommandsJSONBody = all.map((each) => ({ ...each, type: 1, ...places }));
  await rest.put(route, { body });
}

/** The fields of registered commands that are compared, in one order. */
function comparable(commands: readonly Partial<Registration>[]): string {
  const counted = commands.map(({ name, description, default_member_permissions: permissions, options = [] }) => ({
    name,
    description,
    permissions: permissions ?? null,
    options: options.map((option) => [
      option.name,
      option.description,
      option.required ?? false,
      option.autocomplete ?? false,
    ]),
  }));
  return JSON.stringify(counted.sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1)));
}
