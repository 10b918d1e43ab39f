import { type AuditOrigin, append, detailOf, rowOf } from '../audit/index.ts';
import type { World } from '../base/world.ts';
import type { Database } from '../storage/index.ts';

/** Writes down that a command was carried out at the terminal, or by a person at another place. */
export async function recordAct(
  database: Database,
  world: World,
  subject: string,
  detail: object,
  by: { personId: string | undefined; origin: AuditOrigin } = { personId: undefined, origin: 'terminal' },
): Promise<void> {
  const entry = { action: 'control.run' as const, subject, ...by };
  await database.tx('audit.control', async (tx) =>
    append(tx, [rowOf({ ...entry, at: world.clock.now(), detail: detailOf(detail, world.secrets) })]),
  );
}
