import { once } from 'node:events';
import { z } from 'zod';
import { Audit, type AuditReport, verify as verifyLog } from '../../audit/index.ts';
import { ERRORS } from '../../base/errors.ts';
import { plural } from '../../base/text.ts';
import { operation } from '../../chat/operation.ts';
import type { OperationParts } from './parts.ts';

const logOf = ({ app: { database }, world }: OperationParts) => new Audit({ database, world });
const after = z.object({ after: z.number() });

const seal = operation({
  name: 'audit seal',
  input: z.object({}),
  run: (parts: OperationParts) => logOf(parts).seal(),
});

const batches = operation({
  name: 'audit batches',
  input: after,
  run: (parts: OperationParts, page) => logOf(parts).batches(page.after),
});

const entries = operation({
  name: 'audit entries',
  input: after,
  run: (parts: OperationParts, page) => logOf(parts).entries(page.after),
});

/** Seals first what is not sealed yet. */
const verify = operation({
  name: 'audit verify',
  summary: 'look whether anything in it was changed, and show its newest seal',
  input: z.object({
    head: z.string().optional().meta({
      description: 'a seal that was noted before: the log must still contain it',
      value: 'seal',
    }),
  }),
  json: 'indented',
  async conduct(ask, { head }, { json }) {
    await ask(seal, {});
    const report = await verifyLog((page) => ask(batches, { after: page }) as never, head);
    const out = json ? JSON.stringify(report, null, 2) : linesOf(report).join('\n');
    return { out: `${out}\n`, status: report.ok ? 0 : ERRORS.INPUT_INVALID.exit };
  },
});

function linesOf({ ok, batches: sealed, entries: all, blanked, pruned, head, problems }: AuditReport): string[] {
  const counts = [
    `${plural(all, 'entry', 'entries')} in ${plural(sealed, 'batch', 'batches')}`,
    ...(blanked > 0 ? [`${blanked} without details, which were removed with their person`] : []),
    ...(pruned > 0 ? [`${plural(pruned, 'batch', 'batches')} removed by age`] : []),
  ];
  return [
    `${counts.join(', ')}.`,
    ...problems,
    ...(ok ? ['Nothing was changed.'] : []),
    ...(head === undefined ? [] : [`Newest seal: ${head}`]),
  ];
}

const exported = operation({
  name: 'audit export',
  summary: 'write all entries to stdout as JSON lines, the oldest first',
  example: 'coda audit export > audit.jsonl',
  input: z.object({}),
  async conduct(ask, _, { io }) {
    let last: number | undefined = 0;
    while (last !== undefined) {
      const page: { seq: number }[] = await ask(entries, { after: last });
      if (!io.stdout.write(page.map((entry) => `${JSON.stringify(entry)}\n`).join(''))) await once(io.stdout, 'drain');
      last = page.at(-1)?.seq;
    }
    return '';
  },
});

export const audit = [seal, batches, entries, verify, exported];
