/** What the blocks of other assistants under `metadata` ask for. */

import type { Json } from '../../../base/json.ts';
import type { AssistantBlock } from '../skill.ts';
import { isRecord, parsedJson, words } from './values.ts';

const ASSISTANTS = ['openclaw', 'clawdbot', 'moltbot', 'clawdis', 'hermes'];

/** One block for each assistant that `metadata` speaks to. */
export function readAssistants(metadata: Readonly<Record<string, Json>>): AssistantBlock[] {
  return ASSISTANTS.flatMap((assistant) => {
    const block = parsedJson(metadata[assistant]);
    return isRecord(block) ? [toBlock(assistant, block)] : [];
  });
}

function toBlock(assistant: string, block: Record<string, Json>): AssistantBlock {
  const requires = isRecord(block.requires) ? block.requires : {};
  return {
    assistant,
    bins: words(requires.bins),
    anyBins: words(requires.anyBins),
    env: words(requires.env),
    config: words(requires.config),
    primaryEnv: typeof block.primaryEnv === 'string' ? block.primaryEnv : undefined,
    os: words(block.os ?? requires.os),
    always: block.always === true,
    install: block.install,
  };
}
