import type { Cell } from '../../chat/index.ts';
import type { activity } from '../../delivery/index.ts';

/** A place, with a link to it. Channels of direct conversations are ids that say nothing to people. */
export function placeCell({ id, adapter, channel, kind, name, personId }: activity.ConversationRow, own: string): Cell {
  const where = kind === 'dm' ? `with ${personId === own ? 'you' : (name ?? 'somebody')}` : channel;
  return { text: `${adapter} ${where}`, path: `/conversations/${id}` };
}
