import { z } from 'zod';
import { type AnyTool, dataTool, done, failed } from '../agent/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Choice, Delivery, FileRef } from '../delivery/index.ts';
import { type DeletionRule, erase, exportOf } from '../people/index.ts';
import type { Artifacts, Database, Transaction } from '../storage/index.ts';
import * as texts from './texts.ts';

const EXPORT = 'person_export';
const FORGET = 'person_forget';
export const KEEP = 'person_keep';

export interface ForgetDeps {
  database: Database;
  artifacts: Artifacts;
  clock: Clock;
  delivery: Delivery;
  deletionRules: readonly DeletionRule[];
  collectSoon(tx: Transaction, personId: string): Promise<void>;
}

/** Buttons of the confirmation. The export is offered where nobody else reads. */
export function forgetChoices(isPrivate: boolean, isExported = false): Choice[] {
  return [
    ...(isPrivate && !isExported ? [{ label: 'Send me my data first', tool: EXPORT, input: {} }] : []),
    { label: 'Yes, forget me', tool: FORGET, input: {}, style: 'danger' },
    { label: 'No, keep it', tool: KEEP, input: {} },
  ];
}

/** Erases a person, only by the button that asked whether it was meant. */
export function forgetTools(deps: ForgetDeps): AnyTool[] {
  const forget = dataTool({
    name: FORGET,
    description: 'Erases everything about the person.',
    effect: 'write',
    callers: 'buttons',
    policy: { always: true },
    timeoutMs: 10_000,
    input: z.object({}),
    async run(_, { tx, person, clock, request: { id: inboxId } }) {
      const erased = await erase(tx, deps.deletionRules, { personId: person.id, now: clock.now(), inboxId });
      await deps.collectSoon(tx, person.id);
      tx.afterCommit(() => deps.delivery.forgetErased(person.id));
      return done(texts.forgottenReport(erased));
    },
  });
  const keep = dataTool({
    name: KEEP,
    description: 'Erases nothing.',
    effect: 'read',
    callers: 'buttons',
    policy: { always: true },
    input: z.object({}),
    run: async () => done(texts.keptNotice()),
  });
  return [forget, keep, exportTool(deps)];
}

function exportTool({ database, artifacts, clock }: ForgetDeps): AnyTool {
  return dataTool({
    name: EXPORT,
    description: 'Gives the person everything that is stored of them, as a file.',
    effect: 'read',
    callers: 'buttons',
    policy: { always: true },
    input: z.object({}),
    async prepare(_, { person, private: isPrivate }): Promise<FileRef | undefined> {
      if (!isPrivate) return undefined;
      const at = clock.now().toISOString();
      const data = { exported_at: at, ...(await exportOf(database, person.id)) };
      const stored = await artifacts.put(Buffer.from(`${JSON.stringify(data, null, 2)}\n`));
      return { name: `coda-export-${at.slice(0, 10)}.json`, type: 'application/json', ...stored };
    },
    async run(_, { prepared }) {
      const file = prepared as FileRef | undefined;
      if (!file) return failed('NOT_HERE', texts.exportNotHere());
      return done(texts.exportNotice(), { files: [file], choices: forgetChoices(true, true) });
    },
  });
}
