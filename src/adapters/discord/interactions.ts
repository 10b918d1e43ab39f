import type {
  APIApplicationCommandAutocompleteInteraction,
  APIApplicationCommandInteractionDataOption,
  APIInteraction,
  APIMessageComponentInteraction,
  APIModalSubmitInteraction,
  REST,
  RESTPutAPIApplicationCommandsJSONBody,
} from 'discord.js';
import { withTimeout } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import { shorten, storable } from '../../base/text.ts';
import type { Command, CommandOption } from '../../chat/index.ts';
import type { Inbox, Incoming, Place, Sender } from '../../delivery/index.ts';
import { acknowledge, encodeOrigin, type InteractionToken, respond, takeAway, tell } from './callback.ts';
import type { Channels, RawChannel } from './channels.ts';
import type { DiscordConfig } from './config.ts';
import type { Members } from './members.ts';
import { buttonOf } from './message.ts';
import type { DiscordOptions } from './options.ts';
import { madeAt, placeOf, senderOf } from './parse.ts';
import * as texts from './texts.ts';

export interface InteractionDeps {
  options: DiscordOptions;
  inbox: Inbox;
  channels: Channels;
  members: Members;
  rest(): REST | undefined;
  application(): string;
  wasAnswered(id: string): boolean;
}

const COMPLETE_WITHIN_MS = 1_500;
const MOST_CHOICES = 25;
const LONGEST_CHOICE = 100;
const EMPTY_ACKNOWLEDGEMENT_MS = 5_000;
const WORDS = 'words';
const LONGEST_WORDS = 200;

/** Brings commands, presses and forms to the inbox: stored, then acknowledged, then run. */
export class Interactions {
  private readonly deps: InteractionDeps;

  constructor(deps: InteractionDeps) {
    this.deps = deps;
  }

  /** Never rejects. */
  async hear(interaction: APIInteraction): Promise<void> {
    const rest = this.deps.rest();
    if (!rest) return;
    try {
      if (interaction.type === 4) return await this.complete(interaction, rest);
      if (interaction.type === 2) return await this.command(interaction, rest);
      if (interaction.type === 3) return await this.hearPress(interaction, rest);
      if (interaction.type === 5) return await this.hearForm(interaction, rest);
    } catch (error) {
      // Not stored, so not acknowledged: the person sees that it failed and may do it again.
      this.deps.options.log.warn({ interaction: interaction.id, error: messageOf(error) }, 'an interaction failed');
    }
  }

  private async command(interaction: Extract<APIInteraction, { type: 2 }>, rest: REST): Promise<void> {
    const { data, id } = interaction;
    if (data.type !== 1) return;
    const { config, commands } = this.deps.options;
    const command = commands.find(({ name }) => name === data.name);
    const origin = originOf(interaction, command?.private ?? false);
    const elsewhere = notAtWork(interaction.guild_id, config);
    if (elsewhere) return tell(rest, origin, elsewhere);
    const text = storable(commandText(command, data.name, valuesOf(data.options)));
    const { place, sender } = await this.context(interaction, rest);
    const event = { kind: 'message', id, place, sender, text, sentAt: madeAt(id) } as const;
    await this.accept({ ...event, files: [], ...answerTo(origin) }, origin, rest);
  }

  private async hearPress(interaction: APIMessageComponentInteraction, rest: REST): Promise<void> {
    const origin = originOf(interaction, true);
    const button = buttonOf(interaction.data.custom_id);
    if (!button) return tell(rest, origin, texts.notMine());
    if (!button.asks) return this.press(interaction, button.id, rest);
    const form = await this.deps.inbox.form(button.id);
    if (!form) return tell(rest, origin, texts.notMine());
    const input = {
      type: 4,
      custom_id: WORDS,
      style: form.longest === undefined ? 1 : 2,
      label: shorten(form.label, 45),
      required: true,
      max_length: form.longest ?? LONGEST_WORDS,
    };
    await respond(rest, origin, 9, {
      title: texts.formTitle,
      custom_id: interaction.data.custom_id,
      components: [
        {
          type: 1,
          components: [{ ...input, ...(form.placeholder && { placeholder: shorten(form.placeholder, 100) }) }],
        },
      ],
    });
  }

  private async hearForm(interaction: APIModalSubmitInteraction, rest: REST): Promise<void> {
    const button = buttonOf(interaction.data.custom_id);
    const form = button?.asks ? await this.deps.inbox.form(button.id) : undefined;
    if (!button || !form) return tell(rest, originOf(interaction, true), texts.notMine());
    // The field's name comes from the database: what was sent could name any input of the call.
    const values = { [form.field]: storable(wordsIn(interaction).slice(0, form.longest ?? LONGEST_WORDS)) };
    await this.press(interaction, button.id, rest, values);
  }

  private async press(
    interaction: APIMessageComponentInteraction | APIModalSubmitInteraction,
    button: string,
    rest: REST,
    values?: Record<string, string>,
  ): Promise<void> {
    const { id } = interaction;
    const origin = originOf(interaction, true);
    const { place, sender } = await this.context(interaction, rest);
    const event = { kind: 'press', id, place, sender, button, sentAt: madeAt(id) } as const;
    await this.accept({ ...event, ...(values && { values }), ...answerTo(origin) }, origin, rest);
  }

  private async accept(event: Incoming, origin: InteractionToken, rest: REST): Promise<void> {
    const { inbox, wasAnswered: answered, options } = this.deps;
    let isShown = false;
    const accepted = await inbox.accept(event, async () => {
      isShown = await acknowledge(rest, origin);
      return isShown;
    });
    const tidy = async () => {
      if (!isShown || answered(origin.id)) return;
      await takeAway(rest, this.deps.application(), origin).catch((error: unknown) => {
        options.log.debug({ error: messageOf(error) }, 'nothing was said, and that could not be taken away');
      });
    };
    void accepted.settled.then(() => setTimeout(() => void tidy(), EMPTY_ACKNOWLEDGEMENT_MS).unref());
  }

  private async complete(interaction: APIApplicationCommandAutocompleteInteraction, rest: REST): Promise<void> {
    const { name, options = [] } = interaction.data;
    const focused = options.find((option) => 'focused' in option && option.focused);
    const typed = focused && 'value' in focused ? String(focused.value) : '';
    const origin = originOf(interaction, true);
    const asked = this.deps.options.complete(name, focused?.name ?? '', typed, origin.user).catch(() => []);
    const suggestions = (await withTimeout(COMPLETE_WITHIN_MS, asked)) ?? [];
    const choices = [...new Set(suggestions.map((each) => shorten(each.trim(), LONGEST_CHOICE)))]
      .filter((each) => each !== '')
      .slice(0, MOST_CHOICES)
      .map((each) => ({ name: each, value: each }));
    await respond(rest, origin, 8, { choices });
  }

  private async context(interaction: APIInteraction, rest: REST): Promise<{ place: Place; sender: Sender }> {
    const { channels, members, options } = this.deps;
    const raw = interaction.channel as RawChannel | undefined;
    const id = raw?.id ?? (interaction as { channel_id?: string }).channel_id ?? '';
    const channel = raw
      ? channels.learn({ ...raw, guild_id: interaction.guild_id }, interaction.guild_id)
      : await channels.get(id, rest);
    const user = userOf(interaction);
    const groups = await members.groupsOf(user.id, rest, options.clock.now().getTime());
    const nick = interaction.member && 'nick' in interaction.member ? interaction.member.nick : undefined;
    const locale = 'locale' in interaction ? interaction.locale : undefined;
    return { place: placeOf(channel), sender: senderOf(user, { nick: nick ?? null, locale, groups }) };
  }
}

function notAtWork(guild: string | undefined, { guilds, dm }: DiscordConfig): string | undefined {
  if (guild === undefined) return dm ? undefined : texts.notDirectly();
  return guilds.length === 0 || guilds.includes(guild) ? undefined : texts.notInThisServer();
}

function userOf(interaction: APIInteraction) {
  const user = interaction.member?.user ?? interaction.user;
  if (!user) throw new Error('an interaction without a user');
  return user;
}

function originOf(interaction: APIInteraction, isHidden: boolean): InteractionToken {
  return { id: interaction.id, token: interaction.token, user: userOf(interaction).id, private: isHidden };
}

function answerTo(origin: InteractionToken): { replyTo: string; private?: true } {
  return { replyTo: encodeOrigin(origin), ...(origin.private && { private: true as const }) };
}

function valuesOf(options: readonly APIApplicationCommandInteractionDataOption[] = []): Map<string, string> {
  return new Map(
    options.flatMap((option) => ('value' in option ? [[option.name, String(option.value)] as const] : [])),
  );
}

function wordsIn({ data }: APIModalSubmitInteraction): string {
  for (const row of data.components) {
    const [input] = 'components' in row ? row.components : 'component' in row ? [row.component] : [];
    if (input && 'value' in input && typeof input.value === 'string') return input.value;
  }
  return '';
}

const MOST_COMMANDS = 100;
const MOST_OPTIONS = 25;
const LONGEST_DESCRIPTION = 100;
const NAME = /^[-_a-z0-9]{1,32}$/;
const TEXT = 3;

interface Registration {
  name: string;
  description: string;
  /** `0` hides it from everybody but administrators; null: everybody sees it. */
  default_member_permissions: string | null;
  options: { type: 3; name: string; description: string; required: boolean; autocomplete: boolean }[];
}

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
function commandText(command: Command | undefined, name: string, values: ReadonlyMap<string, string>): string {
  const order = command ? optionsOf(command).map((option) => option.name) : [...values.keys()];
  const words = order.flatMap((option) => values.get(option)?.trim() || []);
  return `/${name} ${words.join('\n')}`.trimEnd();
}

interface Scope {
  guild?: string;
  /** Otherwise what is registered there is taken away, so that nobody is shown everything twice. */
  wanted: boolean;
}

/** Scopes to register commands in, and scopes where an earlier configuration may have left some. Pure. */
export function scopesOf({ commands, guilds }: Pick<DiscordConfig, 'commands' | 'guilds'>): Scope[] {
  const here = commands === 'guilds' && guilds.length > 0;
  return [{ wanted: !here }, ...guilds.map((guild) => ({ guild, wanted: here }))];
}

export async function register(
  rest: REST,
  application: string,
  { guild, wanted }: Scope,
  commands: readonly Command[],
): Promise<void> {
  const all = wanted ? registrations(commands) : [];
  const route = `/applications/${application}${guild === undefined ? '' : `/guilds/${guild}`}/commands` as const;
  const ownRegistrations = (await rest.get(route)) as Partial<Registration>[];
  if (comparable(ownRegistrations) === comparable(all)) return;
  // In servers and in direct messages with coda (0 and 1), not in conversations between others; a guild's are just there.
  const places = guild === undefined ? { contexts: [0, 1] } : {};
  const body: RESTPutAPIApplicationCommandsJSONBody = all.map((each) => ({ ...each, type: 1, ...places }));
  await rest.put(route, { body });
}

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
