import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { type Item, isPrivate, type Place } from '../../delivery/index.ts';
import type { Person } from '../../people/index.ts';
import type { Turn } from './turn.ts';

export interface TurnOver {
  /** `waiting`: for the person's decision; `abandoned`: it was cut off here and goes on elsewhere or later. */
  how: 'answered' | 'failed' | 'waiting' | 'cancelled' | 'abandoned';
  /** The same value as `ctx.turn.key` of its calls; a turn that goes on later has another. */
  turnKey: object;
  id: string;
  person: Person;
  place: Place;
  private: boolean;
  conversationId: string;
  tainted: boolean;
  said: string;
  answer?: string;
}

/** Tells the skills; what one of them throws is logged and stops nothing. */
export async function tellOver(
  { turnOver, world }: { turnOver(over: TurnOver): Promise<void>; world: { log: Log } },
  item: Item,
  turn: Turn,
  how: TurnOver['how'],
): Promise<void> {
  const answer = how === 'answered' ? turn.lastAnswer()?.payload.text : undefined;
  const over: TurnOver = {
    how,
    turnKey: item,
    id: turn.id,
    person: item.person,
    place: item.conversation.place,
    private: isPrivate(item),
    conversationId: item.conversation.id,
    tainted: turn.tainted,
    said: item.payload.text,
    ...(answer !== undefined && { answer }),
  };
  try {
    await turnOver(over);
  } catch (error) {
    world.log.error({ error: messageOf(error) }, 'a skill failed after a turn');
  }
}
