/** Notes that stand before every turn. */
import { tokensIn } from '../../agent/index.ts';
import type { Asker, PromptSection, SkillDeps } from '../../chat/index.ts';
import type { Settings } from './config.ts';
import type { Note } from './store.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

export const ALWAYS = 'context:always';
/** More are not looked at; the budget is smaller than that. */
export const MOST_ALWAYS = 200;

type Deps = Pick<SkillDeps<Settings>, 'database' | 'config'>;

/** The person's own notes for every turn, in private places: newest first, as far as their budget goes. */
export async function always({ database, config }: Deps, { person }: Asker): Promise<PromptSection | undefined> {
  const reader = { personId: person.id, conversationId: NOWHERE };
  const notes = await store.tagged(
    { query: (sql, params) => database.read(sql, params) },
    reader,
    ALWAYS,
    false,
    MOST_ALWAYS,
  );
  return sectionOf(notes, config.always_budget);
}

const NOWHERE = '00000000-0000-0000-0000-000000000000';

/** As many as fit. What came from elsewhere is named, not shown: it would taint every turn. */
function sectionOf(notes: readonly Note[], budget: number): PromptSection | undefined {
  let left = budget;
  const lines: string[] = [];
  for (const note of notes) {
    const line = note.tainted ? texts.fromElsewhere(note) : texts.inContext(note);
    const tokens = tokensIn(line);
    if (tokens > left) break;
    left -= tokens;
    lines.push(line);
  }
  return lines.length === 0 ? undefined : { title: 'Notes', text: lines.join('\n') };
}
