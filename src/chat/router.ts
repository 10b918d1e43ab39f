import {
  type Agent,
  type Call,
  contextOf,
  DECIDE,
  DETAILS,
  done,
  failed,
  type OpenButton,
  type ToolResult,
  type TxContext,
} from '../agent/index.ts';
import type { Instant } from '../base/clock.ts';
import { didYouMean, stripEnd } from '../base/text.ts';
import {
  buttons,
  type Choice,
  type Delivery,
  type Form,
  type HearVoice,
  type Incoming,
  type Item,
  type ItemKind,
  isPrivate,
  isSaid,
} from '../delivery/index.ts';
import type { Gate } from '../people/index.ts';
import { commandCall } from './core.ts';
import { type Asker, type Command, commandThing } from './skill.ts';
import * as texts from './texts.ts';

/** `/name` and what follows it; not a path such as `/etc/hosts`. */
const SLASH = /^\/([a-z][a-z0-9-]*)(?:\s+([\s\S]*))?$/i;

const CALL = /^\/([^\s/]+(?:\/[^\s/]+)?)(?:\s+([\s\S]*))?$/;

/** The call that a turn begins with when `/name rest` was written; undefined where that is none of the skills'. */
export type CalledByName = (name: string, rest: string) => Call | undefined;

export interface RouterDeps {
  agent: Agent;
  delivery: Delivery;
  commands: readonly Command[];
  called: CalledByName;
  offersFor(item: Item): readonly Choice[];
  gate: Gate;
  turnAway(item: Item): Promise<void>;
  hear: HearVoice;
}

/** Decides what a stored event asks for: a command and a button are carried out, anything else gets a turn. */
export class Router {
  private readonly agent: Agent;
  private readonly delivery: Delivery;
  private readonly commands: Map<string, Command>;
  private readonly called: CalledByName;
  private readonly gate: Gate;
  private readonly turnAway: RouterDeps['turnAway'];
  private readonly offersFor: RouterDeps['offersFor'];
  private readonly hearVoice: HearVoice;

  constructor(deps: RouterDeps) {
    this.called = deps.called;
    this.offersFor = deps.offersFor;
    this.gate = deps.gate;
    this.turnAway = deps.turnAway;
    this.hearVoice = deps.hear;
    this.agent = deps.agent;
    this.delivery = deps.delivery;
    this.commands = new Map(deps.commands.map((command) => [command.name, command]));
  }

  /** Kind of an event; asked before it is stored, because only a message needs a lane. */
  kindOf(event: Incoming): ItemKind {
    if (event.kind === 'press') return 'press';
    // Text that no person writes at this moment is never a command.
    if (!isSaid(event) || callMeant(event.text, this.called)) return 'message';
    return SLASH.test(event.text.trim()) ? 'command' : 'message';
  }

  /**
   * A command that changes something is done behind what was said before it, as a message is; one that only reads or stops
   * something, and a press, overtake.
   */
  takesTurn(kind: ItemKind, text: string): boolean {
    if (kind !== 'command') return kind === 'message';
    const { command, rest } = this.commandMeant(text);
    return command !== undefined && command.overtakes !== true && !(command.overtakes === 'bare' && rest === '');
  }

  private commandMeant(text: string): { command: Command | undefined; name: string; rest: string } {
    const [, name = '', rest = ''] = SLASH.exec(text.trim()) ?? [];
    return { command: this.commands.get(name.toLowerCase()), name, rest: rest.trim() };
  }

  /** A sender who is not heard costs nothing. */
  async hear(...[item, files, signal]: Parameters<HearVoice>): ReturnType<HearVoice> {
    return this.gate.hears(asHeard(item).person) ? this.hearVoice(item, files, signal) : undefined;
  }

  async handleItem(row: Item, signal: AbortSignal): Promise<void> {
    const item = asHeard(row);
    if (!this.gate.hears(item.person)) return this.unheard(item);
    if (item.kind === 'command') return this.command(item, signal);
    if (item.kind === 'press') return this.press(item, signal, item.payload.button ?? '');
    const { buttons } = contextOf(item);
    const { heard: voice } = item.payload;
    // Consent in writing is a person's, and nobody else's; what was spoken may have been misheard.
    const choice =
      item.origin === 'person' && item.payload.files.length === 0 && !voice && item.payload.again === undefined
        ? choiceMeant(item.payload.text, buttons, item.receivedAt)
        : undefined;
    if (choice) return this.press(item, signal, choice.id);
    const { planned } = item.payload;
    if (planned !== undefined) return this.runPlanned(item, signal, planned);
    const call = isSaid(item) && !voice ? callMeant(item.payload.text, this.called) : undefined;
    if (call && !this.agent.thinks(item)) {
      return this.agent.act('command.run', item, signal, async () => failed('NOT_CONFIGURED', texts.callNeedsModel()));
    }
    const offered = call ? [] : this.offersFor(item);
    if (offered.length > 0 && (item.payload.text.trim() === '' || !this.agent.thinks(item))) {
      return this.agent.act('command.run', item, signal, async () => onlyFiles(offered));
    }
    await this.agent.answer(item, signal, call);
  }

  /** A schedule or webhook for a stranger: nobody wrote it, so nobody asks for access. */
  private async unheard(item: Item): Promise<void> {
    if (isSaid(item)) return this.turnAway(item);
    await this.delivery.endItem('guest.rest', item, { state: 'cancelled', cards: [] });
  }

  private async runPlanned(item: Item, signal: AbortSignal, line: string): Promise<void> {
    const { command, rest } = this.commandMeant(line);
    if (command && (command.plannable || (command.hookable && item.origin === 'webhook'))) {
      // Rights may have changed since it was planned.
      if (!this.gate.may(item.person, commandThing(command))) return this.failPlanned(item, deniedText(command));
      if (this.gate.asksFirst(commandThing(command))) {
        return this.agent.act('schedule.run', item, signal, async () => commandCall(command, rest));
      }
      const prepared = await command.prepare?.(rest, askerOf(item));
      return this.agent.act('schedule.run', item, signal, (ctx) => command.run(rest, { ...ctx, prepared }));
    }
    const call = callMeant(line, this.called);
    if (call && this.agent.thinks(item)) return this.agent.answer(item, signal, call);
    await this.failPlanned(item, call ? texts.callNeedsModel() : texts.plannedGone(line));
  }

  private async failPlanned(item: Item, text: string): Promise<void> {
    await this.delivery.endItem('schedule.fail', item, {
      state: 'failed',
      error: text,
      cards: [{ kind: 'error', text }],
    });
  }

  private async command(item: Item, signal: AbortSignal): Promise<void> {
    const { command, name, rest } = this.commandMeant(item.payload.text);
    const { person } = item;
    const denied = command !== undefined && !this.gate.may(person, commandThing(command));
    const names = [...this.commands.values()].flatMap((each) =>
      this.gate.may(person, commandThing(each)) ? each.name : [],
    );
    if (command && !denied && this.gate.asksFirst(commandThing(command))) {
      return this.agent.act('command.run', item, signal, async () => commandCall(command, rest));
    }
    const prepared = denied ? undefined : await command?.prepare?.(rest, askerOf(item));
    const detail = denied ? {} : command?.writes?.(rest);
    const run = async (ctx: TxContext): Promise<ToolResult | Call> => {
      if (denied) return failed('DENIED', deniedText(command));
      if (command) return command.run(rest, { ...ctx, prepared });
      return failed('UNKNOWN_COMMAND', texts.unknownCommand(name, didYouMean(name.toLowerCase(), names)));
    };
    return this.agent.act('command.run', item, signal, run, command && detail && { subject: command.name, detail });
  }

  /** Uses the button up in the transaction of its effect. */
  private press(item: Item, signal: AbortSignal, button: string): Promise<void> {
    return this.agent.act('press.run', item, signal, async ({ tx, person, clock }) => {
      // A call acts on the data of who presses: an owner decides about others' approvals and about what is any owner's, and about
      // nothing else of theirs.
      const isOwner = person.role === 'owner';
      const presser = { id: person.id, isOwner, forOthers: isOwner ? [DECIDE, DETAILS] : [] };
      const used = await buttons.use(tx, button, presser, clock.now());
      if (used === 'gone') return failed('GONE', texts.buttonGone());
      if (used === 'not_yours') return failed('NOT_YOURS', texts.buttonNotYours());
      const input = { ...used.action.input, ...inputWith(used.action.form, item.payload.values) };
      const after = async (result: ToolResult): Promise<void> => {
        // A press that did nothing ("until when?" in words that say no time) may be repeated, and so may a look.
        const isLook = used.action.tool === DETAILS;
        if (isLook || (!result.ok && !result.choices && result.code !== 'GONE')) await buttons.reopen(tx, used.ids);
        else await this.delivery.outbox.close(tx, used.card, texts.buttonUsed(used.label, person.name));
      };
      return { tool: used.action.tool, input, after, tainted: used.tainted };
    });
  }
}

const deniedText = ({ name, ownerOnly }: Command): string =>
  ownerOnly ? texts.ownerOnly(name) : texts.notAllowed(name);

/** The item with the rights of the account that speaks: one that nobody let in has a guest's, whoever its person is. */
function asHeard(item: Item): Item {
  return item.payload.guest
    ? { ...item, person: { ...item.person, role: 'guest', roles: item.payload.roles ?? [] } }
    : item;
}

/** A message without words for a model: what the button would do; with several of them, the buttons. */
function onlyFiles(offered: readonly Choice[]): Call | ToolResult {
  const [first, ...others] = offered;
  if (first && others.length === 0) return { tool: first.tool, input: first.input };
  return done(texts.severalFiles(), { choices: [...offered] });
}

function askerOf(item: Item): Asker {
  return { person: item.person, place: item.conversation.place, private: isPrivate(item) };
}

/** Adds the one field that the button declares to its stored input, and nothing else that came with the press. */
function inputWith(form: Form | undefined, values: Readonly<Record<string, string>> = {}): Record<string, string> {
  const words = form && Object.hasOwn(values, form.field) ? values[form.field] : undefined;
  return form && words !== undefined ? { [form.field]: words } : {};
}

function callMeant(text: string, called: CalledByName): Call | undefined {
  const [, name, rest = ''] = CALL.exec(text.trim()) ?? [];
  return name === undefined ? undefined : called(name, rest.trim());
}

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth'];
const ORDINAL = /^(?:the )?(first|second|third|fourth|fifth)(?: one)?$/;
/** Shorter words begin too many labels. */
const SHORTEST_BEGINNING = 3;

/** The only button whose label begins with the words; one that ends something wants its whole label. */
function beginningSo(phrase: string, buttons: readonly OpenButton[]): OpenButton | undefined {
  const words = plainLabel(phrase.replace(/^the | one$/g, ''));
  if (words.length < SHORTEST_BEGINNING) return undefined;
  const matches = buttons.filter(({ label }) => `${plainLabel(label.replace(/^the /i, ''))} `.startsWith(`${words} `));
  return matches.length === 1 && !matches[0]?.grave ? matches[0] : undefined;
}

const plainLabel = (label: string): string =>
  label
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const YES = /^(?:yes|y|yep|yeah|sure|ok|okay|approve|do it|go ahead)$/;
const NO = /^(?:no|n|nope|deny|don't|do not|cancel|never mind|nevermind)$/;
const SAYS_YES = /^(?:yes|approve|ok)\b/i;
const SAYS_NO = /^(?:no|deny|cancel|keep)\b/i;

const LONGEST_CHOICE = 200;

/** Later than this a bare "yes" confirms no deletion: it may be about something else. */
const LATE_MS = 10 * 60_000;

/**
 * The open button that an answer typed at `now` stands for: its number, its label, or yes and no where it says so itself.
 */
function choiceMeant(text: string, buttons: readonly OpenButton[], now: Instant): OpenButton | undefined {
  if (buttons.length === 0 || text.length > LONGEST_CHOICE) return undefined;
  const words = stripEnd(text.trim().toLowerCase(), '.!');
  if (words === '') return undefined;
  const inTime = (button: OpenButton | undefined): OpenButton | undefined =>
    button?.grave && now.getTime() - Date.parse(button.at) > LATE_MS ? undefined : button;
  if (/^[1-9]$/.test(words)) return inTime(buttons[Number(words) - 1]);
  // Said, it is about the last act; the button is about the act that it stands under, which may be an older one.
  if (words === 'undo') return undefined;
  const place = ORDINAL.exec(words)?.[1];
  if (place !== undefined) return inTime(buttons[ORDINALS.indexOf(place)]);
  const labelled = buttons.find((button) => button.label.toLowerCase() === words) ?? beginningSo(words, buttons);
  if (labelled) return labelled;
  if (YES.test(words)) return inTime(buttons.find((button) => SAYS_YES.test(button.label)));
  if (NO.test(words)) return buttons.find((button) => SAYS_NO.test(button.label));
  return undefined;
}
