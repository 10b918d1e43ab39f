/** Voice messages: what their sender has spoken is their own words, told as they were heard, and put right by a button. */
import { z } from 'zod';
import { type AnyTool, dataTool, done } from '../../agent/index.ts';
import type { SkillDeps } from '../../chat/index.ts';
import type { FileRef, HeardVoice, Turns } from '../../delivery/index.ts';
import { type Hearing, type Programs, type TranscribeParts, type Transcript, transcribe } from '../../media/index.ts';
import type { Settings } from './config.ts';
import { texts } from './texts.ts';

const CORRECT = 'voice_correct';
/** Characters of one message. */
const LONGEST = 20_000;

interface Speaker {
  personId: string;
  conversationId?: string;
}

type HearingDeps = Pick<SkillDeps<Settings>, 'storage' | 'world' | 'models' | 'config'> & {
  hearing: Hearing;
  programs: Programs;
};

export async function hearVoice(
  deps: HearingDeps,
  files: readonly FileRef[],
  speaker: Speaker,
  signal: AbortSignal,
): Promise<HeardVoice> {
  const words: string[] = [];
  const reasons: string[] = [];
  for (const file of files) {
    const transcript = await hearOne(deps, file, speaker, signal);
    if (transcript.ok) words.push(transcript.text);
    else reasons.push(transcript.why);
  }
  const text = words.join('\n').slice(0, LONGEST);
  const lines = [...(text === '' ? [] : [texts.heard(text)]), ...[...new Set(reasons)].map(texts.notHeard)];
  const choices = text === '' ? [] : [{ label: texts.correct, tool: CORRECT, input: {}, form: texts.correctForm }];
  const kind = text === '' ? 'error' : 'notice';
  return { words: text, card: { kind, text: lines.join('\n'), ...(choices.length > 0 && { choices }) } };
}

async function hearOne(
  {
    storage: { artifacts },
    world,
    models: { small: models },
    hearing,
    programs,
    config: { transcribe: settings },
  }: HearingDeps,
  { hash }: FileRef,
  speaker: Speaker,
  signal: AbortSignal,
): Promise<Transcript> {
  const chunks: Buffer[] = [];
  for await (const chunk of await artifacts.open(hash)) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const pay = paidBy(models, settings, speaker, signal);
  const parts = { hearing, programs, by: speaker.personId, pay };
  const transcript = await transcribe(bytes, settings, parts, signal);
  if (!transcript.ok) world.log.info({ file: hash, why: transcript.why }, 'a voice message was not heard');
  return transcript;
}

/** Pays for the hearing of recordings by the minute, within the budget of who asks. */
export function paidBy(
  models: Pick<SkillDeps['models']['small'], 'spend'>,
  { kind, model, price_per_minute: price }: Settings['transcribe'],
  speaker: Speaker,
  signal: AbortSignal,
): TranscribeParts['pay'] {
  const name = `speech/${model ?? kind}`;
  return (lengthMs, work) =>
    models.spend({ purpose: 'speech', ...speaker, name, price: (price * lengthMs) / 60_000 }, work, signal);
}

export function correctTool(turns: Pick<Turns, 'beginTyped'>): AnyTool {
  return dataTool({
    name: CORRECT,
    description: 'Answers what the person has said instead of what was heard.',
    effect: 'write',
    callers: 'buttons',
    input: z.object({ words: z.string().trim().min(1).max(LONGEST) }),
    async run({ words }, { tx, person, conversationId, request }) {
      if (request.id === undefined) throw new Error('a correction comes by a press');
      const key = `correct:${request.id}`;
      await turns.beginTyped(tx, { key, conversationId, personId: person.id, text: words, press: request.id });
      return done(texts.corrected(words));
    },
  });
}
