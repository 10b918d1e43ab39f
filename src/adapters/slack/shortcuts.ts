/** Shortcuts in the menu of a message. */
import { shorten } from '../../base/text.ts';
import type { Place } from '../../delivery/index.ts';
import type { Envelope } from './connection.ts';
import { type Interactions, modalOf, wordsIn } from './interactions.ts';
import { encodeOrigin } from './origin.ts';
import { storable } from './parse.ts';
import { asShortcut, asSubmission, type RawShortcut } from './shapes.ts';
import * as texts from './texts.ts';

/** Callback ids of the manifest. */
export const REMIND = 'remind_message';
export const NOTE = 'note_message';

/** Of a message's words. */
const LONGEST_TEXT = 1_500;
/** A modal keeps 3,000 characters (docs.slack.dev/reference/views). */
const LONGEST_KEPT = 2_900;

export interface ShortcutDeps {
  interactions: Interactions;
  /** The direct conversation with somebody. */
  direct(user: string): Promise<Place>;
  /** The words of a message as they are shown. */
  wordsOf(text: string): string;
}

/** Private metadata of a reminder's modal. */
interface Of {
  text: string;
  link: string;
  /** True if the words are those of who makes a reminder of them. */
  isOwn: boolean;
}

/** A command that is made of a message. */
interface Made {
  command: string;
  /** Of the interaction. */
  id: string;
  user: string;
  team: string | undefined;
  isOwn: boolean;
}

/** Makes a reminder or a note of a message, in the person's own conversation with coda. Stored, acknowledged, then run. */
export class Shortcuts {
  private readonly deps: ShortcutDeps;

  constructor(deps: ShortcutDeps) {
    this.deps = deps;
  }

  /** False for what is none of its business. Throws what a call throws: nothing was stored then. */
  async heard(envelope: Envelope): Promise<boolean> {
    const at = performance.now();
    const picked = asShortcut(envelope.body);
    if (picked?.callback_id === NOTE) await this.note(picked, envelope, at);
    else if (picked?.callback_id === REMIND) await this.ask(picked, envelope);
    else if (picked) await envelope.acknowledge();
    const sent = asSubmission(envelope.body);
    if (sent?.view.callback_id !== REMIND) return picked !== undefined;
    const { text = '', link = '', isOwn = false } = ofMessage(sent.view.private_metadata) ?? {};
    const when = wordsIn(sent).replace(/\s+/g, ' ').trim();
    const command = `/remind ${when}\n${[text, link].filter(Boolean).join('\n') || texts.thatMessage()}`;
    await this.run({ command, id: sent.view.id, user: sent.user.id, team: sent.user.team_id, isOwn }, envelope, at);
    return true;
  }

  private async ask(picked: RawShortcut, envelope: Envelope): Promise<void> {
    const { interactions } = this.deps;
    const of: Of = { text: this.textOf(picked), link: await this.linkTo(picked), isOwn: isOwn(picked) };
    const view = modalOf(REMIND, texts.whenLabel(), { placeholder: texts.whenExample(), where: kept(of) });
    await interactions.api()('views.open', { trigger_id: picked.trigger_id, view });
    await envelope.acknowledge();
  }

  private async note(picked: RawShortcut, envelope: Envelope, at: number): Promise<void> {
    const words = [this.textOf(picked), await this.linkTo(picked)].filter(Boolean).join('\n');
    const who = { id: picked.trigger_id, user: picked.user.id, team: picked.user.team_id, isOwn: isOwn(picked) };
    await this.run({ command: `/note ${words}`, ...who }, envelope, at);
  }

  private async run({ command, id, user, team, isOwn: own }: Made, envelope: Envelope, at: number): Promise<void> {
    const { interactions, direct } = this.deps;
    const place = await direct(user);
    const sender = await interactions.sender(user, team, { api: interactions.api() });
    const replyTo = encodeOrigin({ id, user, private: true, responseUrl: '' });
    const event = { kind: 'message', id, place, sender, text: storable(command), sentAt: interactions.now() } as const;
    const tainted = own ? {} : { tainted: true as const };
    await interactions.accept({ ...event, files: [], replyTo, private: true, ...tainted }, envelope, at);
  }

  private textOf({ message }: RawShortcut): string {
    return shorten(this.deps.wordsOf(message.text ?? '').trim(), LONGEST_TEXT);
  }

  /** Link to the message; a reminder needs none. */
  private async linkTo({ channel, message }: RawShortcut): Promise<string> {
    const asked = this.deps.interactions.api()<{ permalink?: unknown }>('chat.getPermalink', {
      channel: channel.id,
      message_ts: message.ts,
    });
    const { permalink } = await asked.catch((): { permalink?: unknown } => ({}));
    return typeof permalink === 'string' ? permalink : '';
  }
}

/** True if somebody makes something of their own words. */
const isOwn = ({ message, user }: RawShortcut): boolean => message.user === user.id;

/** Shortens the metadata until it fits into a modal: escaping can make a text several times as long. */
function kept(of: Of): Of {
  let shown = of;
  while (JSON.stringify(shown).length > LONGEST_KEPT && shown.text.length > 1) {
    shown = { ...shown, text: shorten(shown.text, Math.floor(shown.text.length * 0.8)) };
  }
  return shown;
}

function ofMessage(metadata: string): Of | undefined {
  try {
    const { text, link, isOwn } = JSON.parse(metadata) as Partial<Of>;
    return typeof text === 'string' && typeof link === 'string' ? { text, link, isOwn: isOwn === true } : undefined;
  } catch {
    return undefined;
  }
}
