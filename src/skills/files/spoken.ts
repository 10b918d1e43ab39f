/** Answers that are also spoken, for who wants it in a conversation: the text is there first, and always. */
import { done, failed, refusedHere, type TurnOver } from '../../agent/index.ts';
import type { Command, SkillDeps } from '../../chat/index.ts';
import { applyChanges, type Change, conversations, type FileRef, nodesOf, placeOfNode } from '../../delivery/index.ts';
import { type Hearing, type Programs, speak } from '../../media/index.ts';
import type { Settings } from './config.ts';
import { texts } from './texts.ts';

const SETTING = 'voice';
const MODES = { on: 'on', off: null, 'when i speak': 'spoken' } as const;
type Mode = keyof typeof MODES;

export function voiceCommand({ config: { speak: settings } }: Pick<SkillDeps<Settings>, 'config'>): Command {
  return {
    name: 'voice',
    summary: 'Have my answers spoken here, too: always, or when you speak.',
    usage: '[on|off|when I speak]',
    overtakes: 'bare',
    writes: (rest) => (rest === '' ? undefined : { voice: rest }),
    async run(rest, ctx) {
      const { settings: conversationSettings } = await conversations.stateOf(ctx.tx, ctx.conversationId);
      if (settings.kind === 'none') return done(texts.speaksNothing);
      if (rest === '')
        return done(
          texts.voiceIs(
            conversationSettings[SETTING] === 'on'
              ? 'on'
              : conversationSettings[SETTING] === 'spoken'
                ? 'spoken'
                : 'off',
          ),
        );
      const mode = rest.toLowerCase().replace(/\s+/g, ' ');
      if (!Object.hasOwn(MODES, mode)) return failed('INVALID_INPUT', texts.voiceUsage);
      const refused = refusedHere(ctx);
      if (refused) return refused;
      const value = MODES[mode as Mode];
      await conversations.setSetting(ctx.tx, ctx.conversationId, SETTING, value);
      return done(texts.voiceIs(value ?? 'off'));
    },
  };
}

type Deps = Pick<SkillDeps<Settings>, 'storage' | 'config' | 'database' | 'models' | 'speech' | 'world'> & {
  hearing: Hearing;
  programs: Programs;
  signal: AbortSignal;
};

/** Says an answer once more, as a recording; what cannot be spoken is only written. */
export async function speakAnswer(deps: Deps, over: TurnOver): Promise<void> {
  const {
    config: { speak: settings },
    database,
    world,
    hearing,
    programs,
    signal,
  } = deps;
  const { artifacts } = deps.storage;
  const { small: models } = deps.models;
  const { outbox } = deps.speech;
  const { how, says = '', origin, settings: conversationSettings, isSpoken, conversationId, person, place } = over;
  // An answer that only its person sees in a shared place would be heard there by all.
  if (over.private && place.kind !== 'dm') return;
  const isWanted = conversationSettings[SETTING] === 'on' || (conversationSettings[SETTING] === 'spoken' && isSpoken);
  if (settings.kind === 'none' || how !== 'answered' || origin !== 'person' || !isWanted) return;
  const text = textToSpeak(says, settings.longest);
  if (text === '') return;
  const price = (settings.price_per_1000_characters * text.length) / 1_000;
  const spending = {
    purpose: 'speech',
    personId: person.id,
    conversationId,
    name: `speech/${settings.model ?? settings.kind}`,
    price,
  };
  const parts = { hearing, programs, by: person.id };
  const speech = await models.spend(spending, () => speak(text, settings, parts, signal), signal);
  if (!speech?.ok) {
    world.log.warn({ turn: over.id, why: speech?.why ?? 'the budget is used up' }, 'an answer was not spoken');
    return;
  }
  const { bytes, extension, type, voice } = speech;
  const stored = await artifacts.put(bytes);
  const file: FileRef = { name: `answer.${extension}`, type, ...stored, ...(voice && { spoken: voice }) };
  const card = { kind: 'answer' as const, text: texts.spokenAnswer, files: [file] };
  const message = { key: `spoken:${over.id}`, conversationId, personId: person.id, card, tainted: over.tainted };
  await database.tx('voice.speak', (tx) => outbox.addAll(tx, [message]));
}

/** Words as they are said: without code, tables, pictures and addresses, and no longer than `most` characters, to the end of a sentence. */
export function textToSpeak(markdown: string, most: number): string {
  const changes: Change[] = [];
  for (const node of nodesOf(markdown)) {
    const place = node.type === 'grid' ? { from: node.from, to: node.to } : placeOfNode(node);
    const isLeftOut = ['code', 'grid', 'html', 'image', 'imageReference', 'thematicBreak', 'definition'].includes(
      node.type,
    );
    if (isLeftOut && !changes.some(({ from, to }) => place.from < to && place.to > from))
      changes.push({ ...place, text: ' ' });
  }
  const words = applyChanges(markdown, changes)
    .replace(/\[([^\]\n]{0,500})\]\([^)\n]{0,2000}\)/g, '$1')
    .replace(/https?:\/\/\S{1,2000}/g, ' ')
    .replace(/^[ \t]{0,20}(?:[#>*+-]+|\d{1,9}[.)])[ \t]+/gm, '')
    .replace(/[*_`~|#]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (words.length <= most) return words;
  const cut = words.slice(0, most);
  const end = Math.max(cut.lastIndexOf('. '), cut.lastIndexOf('! '), cut.lastIndexOf('? '));
  return end > most / 3 ? cut.slice(0, end + 1) : cut.slice(0, Math.max(cut.lastIndexOf(' '), 1));
}
