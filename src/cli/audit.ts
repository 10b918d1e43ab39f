import { once } from 'node:events';
import { build } from '../app/index.ts';
import { type AuditReport, type ExportedEntry, type SealedBatch, verify } from '../audit/index.ts';
import { ERRORS } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { plural } from '../base/text.ts';
import { callDaemon } from './daemon.ts';
import type { AuditFlags, Flags } from './flags.ts';
import { carryOut, identity, prepare, verbs } from './serve.ts';

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

type Ask = (verb: 'audit-seal' | 'audit-batches' | 'audit-entries', args: Record<string, Json>) => Promise<unknown>;

/** Lets `use` ask the daemon when one runs; else a coda that is put together here. */
async function withVerbs<T>(flags: Flags, io: NodeJS.Process, use: (ask: Ask) => Promise<T>): Promise<T> {
  const { config, world } = prepare(flags, io);
  if ((await callDaemon(config.dataDir, 'health')) !== undefined) {
    return use((verb, args) => callDaemon(config.dataDir, verb, args));
  }
  const app = await build(config, world, { ...identity(config), onFatal: () => {} });
  try {
    const own = verbs(app, config, world, io);
    return await use(async (verb, args) => carryOut(own, verb, args));
  } finally {
    await app.stop(0);
  }
}
