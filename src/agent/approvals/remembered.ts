/** Approvals for the rest of a conversation: a setting of it, which holds until it begins afresh. */
import type { Json } from '../../base/json.ts';
import { conversations } from '../../delivery/index.ts';
import type { Transaction } from '../../storage/index.ts';

const SETTING = 'approved';

interface Remembered {
  epoch: number;
  /** Tools, by person. */
  by: Record<string, string[]>;
}

/** The tools to which the person has said yes for this conversation as it goes on. */
export function rememberedIn(
  { settings, epoch }: { settings: Readonly<Record<string, unknown>>; epoch: number },
  personId: string,
): readonly string[] {
  const kept = settings[SETTING] as Remembered | undefined;
  return kept?.epoch === epoch ? (kept.by[personId] ?? []) : [];
}

/** Remembers a yes. */
export async function remember(tx: Transaction, conversationId: string, personId: string, tool: string): Promise<void> {
  const state = await conversations.lock(tx, conversationId);
  if (!state) return;
  const { settings, epoch } = state;
  const tools = new Set([...rememberedIn(state, personId), tool]);
  const kept = settings[SETTING] as unknown as Remembered | undefined;
  const by = { ...(kept && kept.epoch === epoch ? kept.by : {}), [personId]: [...tools] };
  await conversations.setSetting(tx, conversationId, SETTING, { epoch, by } as unknown as Json);
}
