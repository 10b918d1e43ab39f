/** The morning's narrative of a run: told to the owners, and to programs. */
import { z } from 'zod';
import { readerOf } from '../../../storage/index.ts';
import { beginningOf, dayAt } from '../../../time/index.ts';
import { approvalPlaces } from '../approval-channel.ts';
import type { Deps } from '../part.ts';
import * as improvements from '../store.ts';
import { Later, Refused, type StepResult } from './outcome.ts';
import { ask } from './specialists.ts';
import type { Run } from './store.ts';
import * as texts from './texts.ts';

const narrativeSchema = z.object({ narrative: z.string().min(1).max(3_000) });

const MORNING_MS = 8 * 3_600_000;

export async function report(deps: Deps, run: Run, signal: AbortSignal): Promise<StepResult> {
  const proposal = await improvements.find(readerOf(deps.database), run.proposalId);
  const title = proposal?.title ?? run.proposalId;
  const narrative = await narrated(deps, run, title, signal);
  const { world, outbox, events } = deps;
  return {
    ...{ next: 'record', found: { narrative } },
    async also(tx) {
      const owners = await approvalPlaces(deps.config, tx);
      const card = { kind: 'notice' as const, text: texts.told(run, title, narrative) };
      const notBefore = run.askedBy === undefined ? morning(deps) : world.clock.now();
      // Words of models stand in it.
      await outbox.addAll(
        tx,
        owners.map((owner) => ({
          key: `executor:${run.id}:${owner.personId}`,
          ...owner,
          card,
          notBefore,
          tainted: true,
        })),
      );
      await events.raise(tx, [{ name: 'improvement.run', data: texts.eventData(run, title) }]);
    },
  };
}

/** The morning narrative; without a model, the facts. */
async function narrated(deps: Deps, run: Run, title: string, signal: AbortSignal): Promise<string> {
  if (run.state === 'withdrawn') return '';
  const material = { 'The run': JSON.stringify(texts.factsOf(run, title), null, 1) };
  const task = { material, form: texts.formOfNarrative(), maxTokens: 800 };
  try {
    return (await ask(deps, 'improvement-reporter', task, narrativeSchema, signal)).narrative;
  } catch (error) {
    if (error instanceof Refused || error instanceof Later) return '';
    throw error;
  }
}

/** The household's next 8 o'clock. */
function morning({ world, household }: Pick<Deps, 'world' | 'household'>): Date {
  const now = world.clock.now();
  const today = beginningOf(dayAt(now, household.zone), household.zone).getTime() + MORNING_MS;
  return new Date(today > now.getTime() ? today : now.getTime());
}
