/** Manners of a shared place: what coda reads there beside its own, when it keeps silent, and its language. */
import { type CallContext, done, failed, refusedHere, type ToolResult, type TxContext } from '../../agent/index.ts';
import { messageOf } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { Asker, Command, Skill, SkillDeps } from '../../chat/index.ts';
import { conversations, MOST_OBSERVED, type Place, type SpokenLine } from '../../delivery/index.ts';
import { texts } from './texts.ts';

const WITHIN_MS = 6_000;
const LONGEST_LANGUAGE = 60;
const LONGEST_LINE = 300;

export const places: Skill = {
  name: 'places',
  commands: (deps) => [placeCommand(deps), missedCommand(deps)],
  prompt: {
    async message(_, { place, settings, origin }) {
      if (place.kind === 'dm') return undefined;
      const { language, silent } = settings;
      const lines = [
        ...(typeof language === 'string' && language !== '' ? [texts.answerIn(language)] : []),
        ...(silent === true && (origin ?? 'person') === 'person' ? [texts.maySaySilence] : []),
      ];
      return lines.length === 0 ? undefined : { title: 'Here', text: lines.join('\n'), stands: true };
    },
  },
};

type Deps = Pick<SkillDeps, 'world' | 'speech'>;

/** `hidden`: the platform shows coda nothing that is not said to it. */
async function linesOf({ world, speech }: Deps, place: Place, count: number) {
  if (place.kind === 'dm') return undefined;
  try {
    return (await speech.places.lastSaid(place, { count }, AbortSignal.timeout(WITHIN_MS))) ?? ('hidden' as const);
  } catch (error) {
    world.log.warn({ adapter: place.adapter, error: messageOf(error) }, 'what was said in a place could not be read');
    return undefined;
  }
}

const SWITCHES: readonly string[] = ['silent', 'receipt'];

function placeCommand(deps: Deps): Command {
  return {
    name: 'place',
    topic: 'Here',
    summary: 'Show or set my manners in this shared place.',
    usage: '[observe 0-50|silent on|off|receipt on|off|language NAME]',
    options: [
      { name: 'what', description: 'observe, silent, receipt or language; nothing to see them' },
      { name: 'value', description: 'A number of lines, on, off, or a language' },
    ],
    writes: (rest) => (rest === '' ? undefined : { set: rest.slice(0, 80) }),
    prepare: async (rest, { place }: Asker) => (/^observe\b/i.test(rest) ? linesOf(deps, place, 1) : undefined),
    run: async (rest, ctx) => {
      if (ctx.place.kind === 'dm') return failed('NOT_HERE', texts.notShared);
      const [, what = '', value = ''] = /^(\S+)\s*([\s\S]*)$/.exec(rest) ?? [];
      if (what === '') return show(ctx);
      return refusedHere(ctx) ?? set(what.toLowerCase(), value.trim(), ctx);
    },
  };
}

async function show({ tx, conversationId }: TxContext): Promise<ToolResult> {
  const { settings } = await conversations.stateOf(tx, conversationId);
  return done(texts.manners(settings));
}

async function set(what: string, value: string, ctx: TxContext): Promise<ToolResult> {
  const keep = async (setting: Json, says: string): Promise<ToolResult> => {
    await conversations.setManner(ctx.tx, ctx.conversationId, what, setting);
    return done(says);
  };
  // A thread takes back what its channel has; elsewhere nothing is stored for that.
  const without = (value: Json): Json => (ctx.place.kind === 'thread' ? value : null);
  if (what === 'observe') {
    const count = /^\d{1,3}$/.test(value) ? Number(value) : Number.NaN;
    if (!(count >= 0 && count <= MOST_OBSERVED)) return failed('INVALID_INPUT', texts.howMany(MOST_OBSERVED));
    if (count > 0 && ctx.prepared === 'hidden') return failed('NOT_HERE', texts.hidden);
    return keep(count === 0 ? without(0) : count, texts.observes(count));
  }
  if (SWITCHES.includes(what)) {
    if (value !== 'on' && value !== 'off') return failed('INVALID_INPUT', texts.usage);
    return keep(value === 'on' ? true : without(false), texts.switched(what, value === 'on'));
  }
  if (what !== 'language' || value === '' || value.length > LONGEST_LANGUAGE)
    return failed('INVALID_INPUT', texts.usage);
  const isReset = /^(?:default|off)$/i.test(value);
  return keep(isReset ? without('') : value, texts.speaks(isReset ? undefined : value));
}

function missedCommand(deps: Deps): Command {
  return {
    name: 'missed',
    topic: 'Here',
    summary: 'Show what was said here since you last were.',
    private: true,
    prepare: (_, { place }: Asker) => linesOf(deps, place, MOST_OBSERVED),
    run: async (_, ctx) => showMissed(ctx),
  };
}

/** The lines since the person's own last one, as they are: others' words, of which nothing is kept. */
function showMissed(ctx: CallContext): ToolResult {
  if (ctx.place.kind === 'dm') return failed('NOT_HERE', texts.notShared);
  if (ctx.prepared === 'hidden') return failed('NOT_HERE', texts.hidden);
  if (ctx.prepared === undefined) return failed('NOT_FOUND', texts.away);
  const lines = ctx.prepared as readonly SpokenLine[];
  const { externalId } = ctx.request.identity;
  // The command itself may be a line of theirs.
  const spokenLines = lines.filter(({ text }) => !/^\s*\/missed\b/i.test(text));
  const since = spokenLines.slice(spokenLines.findLastIndex(({ author }) => author === externalId) + 1);
  const visibleLines = since.filter(({ text }) => text.trim() !== '');
  return done(
    texts.missed(
      visibleLines.map((line) => ({ ...line, text: line.text.slice(0, LONGEST_LINE) })),
      ctx.when,
    ),
    {
      tainted: visibleLines.length > 0,
    },
  );
}
