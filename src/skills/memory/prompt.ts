import { withTimeout } from '../../base/async.ts';
import type { Asked, PromptSection, SkillDeps } from '../../chat/index.ts';
import type { Settings } from './config.ts';
import type { Recall } from './recall.ts';
import { byIds } from './store.ts';
import { FRAME } from './texts.ts';
import { within } from './tools.ts';

/** Milliseconds that an answer waits for the vectors of the message. */
const PATIENCE_MS = 400;
/** And for the index of somebody with very many memories to be loaded; it is there for the next message. */
const LOADING_MS = 2_000;
const MOST = 30;
/** Of the window, in tokens, whatever the budget says. */
const SHARE = 0.05;
const CHARACTERS_ASKED = 1_000;
/** Words that may ask for former facts. */
const OF_THE_PAST =
  /\b(?:before|previous(?:ly)?|former(?:ly)?|earlier|originally|used to|back then|no longer|any ?more|once)\b/i;

/** Memories that fit the message, within the budget; none in shared places, and no text from elsewhere. */
export async function section(
  { database, config }: Pick<SkillDeps<Settings>, 'database' | 'config'>,
  recall: Recall,
  { person, private: isPrivate, text, window }: Asked,
): Promise<PromptSection | undefined> {
  const budget = Math.min(config.budget, Math.floor((window ?? Number.POSITIVE_INFINITY) * SHARE));
  if (!isPrivate || budget === 0 || text.trim() === '') return undefined;
  const asked = text.slice(0, CHARACTERS_ASKED);
  const past = OF_THE_PAST.test(asked);
  const searching = recall.search(person.id, asked, { past }, MOST, PATIENCE_MS);
  const hits = (await withTimeout(LOADING_MS, searching)) ?? [];
  if (hits.length === 0) return undefined;
  const ids = hits.map(({ id }) => id);
  const db = { query: database.read.bind(database) };
  const memories = await byIds(db, person.id, ids);
  const untainted = memories.filter(
    ({ tainted, state }) => !tainted && (state === 'current' || (past && state === 'past')),
  );
  const lines = within(untainted, budget, person.zone ?? 'UTC');
  return lines.length === 0 ? undefined : { title: 'Memory', text: [FRAME, ...lines].join('\n') };
}
