import type { Dialogue } from '../../../src/agent/dialogue/dialogue.ts';
import { interpret } from '../../../src/agent/english/interpret.ts';
import { Understanding } from '../../../src/agent/english/understand.ts';
import type { Call, Phrase } from '../../../src/agent/index.ts';
import { phrases as basics } from '../../../src/skills/basics/phrases.ts';
import { phrases as notes } from '../../../src/skills/notes/phrases.ts';
import { phrases as reminders } from '../../../src/skills/reminders/phrases/index.ts';

export const allPhrases: readonly Phrase[] = [...reminders, ...notes, ...basics];

const understanding = new Understanding(allPhrases);

export interface Heard {
  /** What is done. */
  calls: Call[];
  /** What is done if it finds the thing that it names. */
  tentative: Call[];
}

/** What a message means, where `dialogue` is what its words may refer to. */
export function hear(text: string, dialogue: Dialogue = {}): Heard {
  const meant = interpret(text, understanding, dialogue);
  const acts = meant === 'nothing' ? [] : meant;
  return {
    calls: acts.flatMap((act) => (act.kind === 'call' ? [act.call] : [])),
    tentative: acts.flatMap((act) => (act.kind === 'unclear' ? act.instead : [])),
  };
}
