/**
 * Interactions as documented (docs.discord.com/developers/interactions/receiving-and-responding): acknowledged within
 * 3 s or 10062, once or 40060; the token lives 15 min, then 50027; `@original` before an acknowledgement is 10015.
 */
import type { FakeDiscord } from './index.ts';
import { shown } from './messages.ts';
import { type Body, type Channel, FLAGS, type Interaction, type Message, Refusal, type User } from './model.ts';
import type { Request } from './server.ts';
import { checkChoices, checkCommands, checkMessage, checkModal } from './validate.ts';

const ACKNOWLEDGE_MS = 3_000;
const TOKEN_MS = 15 * 60_000;

export class Interactions {
  readonly all = new Map<string, Interaction>();
  /** Registered commands, by guild or `''` for everywhere. */
  readonly commands = new Map<string, Body[]>();
  registrations = 0;
  private readonly fake: FakeDiscord;

  constructor(fake: FakeDiscord) {
    this.fake = fake;
    const { rest } = fake;
    const open = { open: true };
    rest.on('POST', '/interactions/:id/:token/callback', (request) => this.callback(request), open);
    rest.on('GET', '/webhooks/:app/:token/messages/@original', (request) => this.original(request), open);
    rest.on('PATCH', '/webhooks/:app/:token/messages/@original', (request) => this.edit(request), open);
    rest.on('DELETE', '/webhooks/:app/:token/messages/@original', (request) => this.delete(request), open);
    rest.on('POST', '/webhooks/:app/:token', (request) => this.followUp(request), open);
    for (const scope of ['', '/guilds/:guild']) {
      rest.on('PUT', `/applications/:app${scope}/commands`, (request) => this.register(request));
      rest.on('GET', `/applications/:app${scope}/commands`, ({ params }) => this.commands.get(params[1] ?? '') ?? []);
    }
  }

  /** A person uses a command, presses a button or sends a form. */
  make(type: Interaction['type'], user: User, channel: Channel, data: Body, message?: Message): Interaction {
    const id = this.fake.ids.next(this.fake.now());
    const interaction: Interaction = {
      id,
      token: `token-${id}-${'x'.repeat(150)}`,
      type,
      channel,
      user,
      createdAt: this.fake.now(),
      followUps: [],
      ...(message && { message }),
    };
    this.all.set(id, interaction);
    const guild = channel.guild_id ? this.fake.guilds.get(channel.guild_id) : undefined;
    const payload = {
      id,
      application_id: this.fake.bot.id,
      type,
      token: interaction.token,
      version: 1,
      channel_id: channel.id,
      channel: this.fake.shownChannel(channel),
      data,
      ...(message && { message: shown(message) }),
      ...(guild
        ? { guild_id: guild.id, member: { user, roles: guild.members.get(user.id) ?? [], permissions: '0' } }
        : { user }),
      locale: 'de',
      entitlements: [],
      authorizing_integration_owners: {},
      attachment_size_limit: 10_485_760,
    };
    this.fake.gateway.dispatch('INTERACTION_CREATE', () => payload);
    return interaction;
  }

  private callback({ params: [id, token], body, query }: Request): Body | undefined {
    const interaction = this.all.get(id ?? '');
    if (!interaction || interaction.token !== token) throw new Refusal(404, 10062, 'Unknown interaction');
    if (interaction.acknowledged !== undefined) {
      throw new Refusal(400, 40060, 'Interaction has already been acknowledged.');
    }
    if (this.fake.now() - interaction.createdAt > ACKNOWLEDGE_MS) throw new Refusal(404, 10062, 'Unknown interaction');
    this.respond(interaction, Number(body.type), (body.data as Body) ?? {});
    interaction.acknowledged = this.fake.now();
    return query.get('with_response') === 'true' ? { interaction: { id }, resource: { type: body.type } } : undefined;
  }

  private respond(interaction: Interaction, type: number, data: Body): void {
    const { channel, user } = interaction;
    if (type === 4 || type === 5) {
      if (type === 4) checkMessage(data, 0);
      // The only flag that a deferred answer may have (…/receiving-and-responding, interaction callback data).
      else if (Number(data.flags ?? 0) & ~FLAGS.ephemeral) throw new Refusal(400, 50035, 'Invalid Form Body');
      const message = this.fake.messages.add(channel, this.fake.bot, data);
      if (type === 5) message.flags |= FLAGS.loading;
      if (message.flags & FLAGS.ephemeral) message.only = user.id;
      message.webhook_id = this.fake.bot.id;
      interaction.original = message;
    } else if (type === 6 || type === 7) {
      if (!interaction.message) throw new Refusal(400, 50035, 'Invalid Form Body');
      interaction.original = interaction.message;
      if (type === 7) this.fake.messages.change(interaction.message, data, []);
    } else if (type === 8) {
      if (interaction.type !== 4) throw new Refusal(400, 50035, 'Invalid Form Body');
      checkChoices(data.choices);
      interaction.choices = data.choices as { name: string; value: string }[];
    } else if (type === 9) {
      if (interaction.type === 5) throw new Refusal(400, 50035, 'Invalid Form Body');
      checkModal(data);
      interaction.modal = data;
    } else throw new Refusal(400, 50035, 'Invalid Form Body', { type: { _errors: [{ code: 'BASE_TYPE_CHOICES' }] } });
  }

  private live(token: string | undefined): Interaction {
    const interaction = [...this.all.values()].find((each) => each.token === token);
    if (!interaction) throw new Refusal(401, 50027, 'Invalid Webhook Token');
    if (interaction.acknowledged === undefined) throw new Refusal(404, 10015, 'Unknown Webhook');
    if (this.fake.now() - interaction.createdAt > TOKEN_MS) throw new Refusal(401, 50027, 'Invalid Webhook Token');
    return interaction;
  }

  private found({ params }: Request): Message {
    const { original } = this.live(params[1]);
    if (!original || original.deleted) throw new Refusal(404, 10008, 'Unknown Message');
    return original;
  }

  private original(request: Request): Body {
    return shown(this.found(request));
  }

  private edit(request: Request): Body {
    const message = this.found(request);
    this.fake.messages.change(message, request.body, request.uploads);
    return shown(message);
  }

  private delete(request: Request): undefined {
    this.found(request).deleted = true;
  }

  private followUp({ params, body, uploads }: Request): Body {
    const interaction = this.live(params[1]);
    checkMessage(body, uploads.length);
    const message = this.fake.messages.add(interaction.channel, this.fake.bot, body, uploads);
    if (message.flags & FLAGS.ephemeral) message.only = interaction.user.id;
    message.webhook_id = this.fake.bot.id;
    interaction.followUps.push(message);
    return shown(message);
  }

  private register({ params: [app, guild], body }: Request): Body[] {
    if (app !== this.fake.bot.id) throw new Refusal(404, 10002, 'Unknown Application');
    if (guild !== undefined && !this.fake.guilds.has(guild)) throw new Refusal(403, 50001, 'Missing Access');
    const commands = body as unknown as Body[];
    checkCommands(commands, guild);
    this.registrations++;
    const registered = commands.map((command) => ({
      type: 1,
      ...command,
      id: this.fake.ids.next(this.fake.now()),
      application_id: app,
      version: '1',
    }));
    this.commands.set(guild ?? '', registered);
    return registered;
  }
}
