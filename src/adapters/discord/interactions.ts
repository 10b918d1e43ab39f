import type {
  APIApplicationCommandAutocompleteInteraction,
  APIApplicationCommandInteractionDataOption,
  APIInteraction,
  APIMessageComponentInteraction,
  APIModalSubmitInteraction,
  REST,
} from 'discord.js';
import { withTimeout } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import { shorten } from '../../base/text.ts';
import type { Inbox, Incoming, Place, Sender } from '../../delivery/index.ts';
import { acknowledge, encodeOrigin, type InteractionToken, respond, takeAway, tell } from './callback.ts';
import type { Channels, RawChannel } from './channels.ts';
import { commandText } from './commands.ts';
import type { DiscordConfig } from './config.ts';
import type { Members } from './members.ts';
import { buttonOf } from './message.ts';
import type { DiscordOptions } from './options.ts';
import { madeAt, placeOf, senderOf, storable } from './parse.ts';
import * as texts from './texts.ts';

export interface InteractionDeps {
  options: DiscordOptions;
  inbox: Inbox;
  channels: Channels;
  members: Members;
  rest(): REST | undefined;
  /** Coda's own id. */
  application(): string;
  /** True if something was said in answer to it. */
  answered(id: string): boolean;
}

const COMPLETE_WITHIN_MS = 1_500;
const MOST_CHOICES = 25;
const LONGEST_CHOICE = 100;
/** An acknowledgement that nothing followed is taken away after this time. */
const SILENCE_MS = 5_000;
const WORDS = 'words';

/** Brings commands, presses and forms to the inbox: stored, then acknowledged, then run. */
export class Interactions {
  private readonly deps: InteractionDeps;

  constructor(deps: InteractionDeps) {
    this.deps = deps;
  }

  /** Never rejects. */
  async heard(interaction: APIInteraction): Promise<void> {
    const rest = this.deps.rest();
    if (!rest) return;
    try {
      if (interaction.type === 4) return await this.complete(interaction, rest);
      if (interaction.type === 2) return await this.command(interaction, rest);
      if (interaction.type === 3) return await this.pressed(interaction, rest);
      if (interaction.type === 5) return await this.filled(interaction, rest);
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
    await this.accept({ ...event, files: [], ...answered(origin) }, origin, rest);
  }

  private async pressed(interaction: APIMessageComponentInteraction, rest: REST): Promise<void> {
    const origin = originOf(interaction, true);
    const button = buttonOf(interaction.data.custom_id);
    if (!button) return tell(rest, origin, texts.notMine());
    if (!button.asks) return this.press(interaction, button.id, rest);
    const form = await this.deps.inbox.form(button.id);
    if (!form) return tell(rest, origin, texts.notMine());
    const input = {
      type: 4,
      custom_id: WORDS,
      style: 1,
      label: shorten(form.label, 45),
      required: true,
      max_length: 200,
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

  private async filled(interaction: APIModalSubmitInteraction, rest: REST): Promise<void> {
    const button = buttonOf(interaction.data.custom_id);
    const form = button?.asks ? await this.deps.inbox.form(button.id) : undefined;
    if (!button || !form) return tell(rest, originOf(interaction, true), texts.notMine());
    // The field's name comes from the database: what was sent could name any input of the call.
    const values = { [form.field]: storable(wordsIn(interaction).slice(0, 200)) };
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
    await this.accept({ ...event, ...(values && { values }), ...answered(origin) }, origin, rest);
  }

  private async accept(event: Incoming, origin: InteractionToken, rest: REST): Promise<void> {
    const { inbox, answered, options } = this.deps;
    let shown = false;
    const accepted = await inbox.accept(event, async () => {
      shown = await acknowledge(rest, origin);
      return shown;
    });
    const tidy = async () => {
      if (!shown || answered(origin.id)) return;
      await takeAway(rest, this.deps.application(), origin).catch((error: unknown) => {
        options.log.debug({ error: messageOf(error) }, 'nothing was said, and that could not be taken away');
      });
    };
    void accepted.settled.then(() => setTimeout(() => void tidy(), SILENCE_MS).unref());
  }

  private async complete(interaction: APIApplicationCommandAutocompleteInteraction, rest: REST): Promise<void> {
    const { name, options = [] } = interaction.data;
    const focused = options.find((option) => 'focused' in option && option.focused);
    const typed = focused && 'value' in focused ? String(focused.value) : '';
    const origin = originOf(interaction, true);
    const asked = this.deps.options.complete(name, focused?.name ?? '', typed, origin.user).catch(() => []);
    const found = (await withTimeout(COMPLETE_WITHIN_MS, asked)) ?? [];
    const choices = [...new Set(found.map((each) => shorten(each.trim(), LONGEST_CHOICE)))]
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

/** Why coda does nothing in a place, which is the one that it would not listen to either. */
function notAtWork(guild: string | undefined, { guilds, dm }: DiscordConfig): string | undefined {
  if (guild === undefined) return dm ? undefined : texts.notDirectly();
  return guilds.length === 0 || guilds.includes(guild) ? undefined : texts.notInThisServer();
}

function userOf(interaction: APIInteraction) {
  const user = interaction.member?.user ?? interaction.user;
  if (!user) throw new Error('an interaction without a user');
  return user;
}

function originOf(interaction: APIInteraction, hidden: boolean): InteractionToken {
  return { id: interaction.id, token: interaction.token, user: userOf(interaction).id, private: hidden };
}

/** Reply target and visibility of the answer. */
function answered(origin: InteractionToken): { replyTo: string; private?: true } {
  return { replyTo: encodeOrigin(origin), ...(origin.private && { private: true as const }) };
}

function valuesOf(options: readonly APIApplicationCommandInteractionDataOption[] = []): Map<string, string> {
  return new Map(
    options.flatMap((option) => ('value' in option ? [[option.name, String(option.value)] as const] : [])),
  );
}

/** The text in a form's only field. */
function wordsIn({ data }: APIModalSubmitInteraction): string {
  for (const row of data.components) {
    const [input] = 'components' in row ? row.components : 'component' in row ? [row.component] : [];
    if (input && 'value' in input && typeof input.value === 'string') return input.value;
  }
  return '';
}
