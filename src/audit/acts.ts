import type { World } from '../base/world.ts';
import type { Besides, Transaction } from '../storage/index.ts';
import { type AuditOrigin, detailOf, rowOf } from './entry.ts';
import { append } from './store.ts';

/** The actor and their place; nobody's: the person at the machine. */
interface Actor {
  personId: string | undefined;
  origin: AuditOrigin;
}

type ActWorld = Pick<World, 'clock' | 'secrets'>;

const AT_TERMINAL: Actor = { personId: undefined, origin: 'terminal' };

/** Writes down, in the transaction of an act, that it is carried out at the terminal, or by a person at another place. */
export function appendAct(tx: Transaction, world: ActWorld, subject: string, detail: object, by = AT_TERMINAL): void {
  const entry = { action: 'control.run' as const, subject, ...by };
  append(tx, [rowOf({ ...entry, at: world.clock.now(), detail: detailOf(detail, world.secrets) })]);
}

/**
 * The same for an act that another room carries out in a transaction of its own, so that one is never there without the
 * other. `detail` of undefined: nothing came of it, and nothing is written.
 */
export function recordAct<R>(
  world: ActWorld,
  subject: string,
  detail: (result: R) => object | undefined,
  by = AT_TERMINAL,
): Besides<R> {
  return (tx, result) => {
    const shown = detail(result);
    if (shown !== undefined) appendAct(tx, world, subject, shown, by);
  };
}
