import { done, failed } from '../../../agent/index.ts';
import { readerOf } from '../../../storage/index.ts';
import type { Deps, Part } from '../part.ts';
import * as texts from '../texts.ts';
import { ownerTool } from '../tools.ts';
import { promptKind } from './kind.ts';
import { rollBack, versionFor } from './trial.ts';

/** Guidance that coda has learnt: it follows the owner's own prompt and never changes that. */
export const promptPart: Part = {
  name: 'prompt',
  kinds: (deps) => [promptKind(deps)],
  tools: () => [rollbackTool],

  /** The same bytes in every request of a conversation as long as its version is the same. */
  async standing({ database, config }: Deps, { conversationId }) {
    if (!config.prompt_evolution_enabled) return undefined;
    const version = await versionFor(readerOf(database), conversationId);
    return version && version.content !== '' ? texts.guidance(version.content) : undefined;
  },
};

const rollbackTool = ownerTool({
  name: 'prompt_rollback',
  description: 'Takes back the newest version of the guidance that you have learnt: the one before holds again.',
  async run({ tx, clock }) {
    const rolled = await rollBack(tx, clock.now());
    return rolled ? done(texts.rolledBack(rolled.from.version, rolled.to?.version)) : failed('GONE', texts.noVersion());
  },
});
