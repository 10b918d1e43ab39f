import { once } from 'node:events';
import { type AuditReport, type ExportedEntry, type SealedBatch, verify } from '../audit/index.ts';
import { ERRORS } from '../base/errors.ts';
import { plural } from '../base/text.ts';
import { withVerbs } from './ask.ts';
import type { AuditFlags, Flags } from './flags.ts';

/** `coda audit verify`: whether the log of what was done is as it was written. Seals first what is not sealed yet. */
export async function auditVerify(flags: AuditFlags, io: NodeJS.Process): Promise<number> {
  const report = await withVerbs(flags, io, async (ask) => {
    await ask('audit-seal', {});
    return verify(async (after) => (await ask('audit-batches', { after })) as SealedBatch[], flags.head);
  });
  if (flags.json) io.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else io.stdout.write(`${lines(report).join('\n')}\n`);
  return report.ok ? 0 : ERRORS.INPUT_INVALID.exit;
}

function lines({ ok, batches, entries, blanked, pruned, head, problems }: AuditReport): string[] {
  const counts = [
    `${plural(entries, 'entry', 'entries')} in ${plural(batches, 'batch', 'batches')}`,
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

/** `coda audit export`: every entry as a line of JSON, as fast as it is read. */
export async function auditExport(flags: Flags, io: NodeJS.Process): Promise<number> {
  await withVerbs(flags, io, async (ask) => {
    let after: number | undefined = 0;
    while (after !== undefined) {
      const entries: ExportedEntry[] = (await ask('audit-entries', { after })) as ExportedEntry[];
      const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      if (!io.stdout.write(text)) await once(io.stdout, 'drain');
      after = entries.at(-1)?.seq;
    }
  });
  return 0;
}
