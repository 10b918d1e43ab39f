/** What statements read, counted by the engine itself. */
import type { Database, Param, Transaction } from '../../src/storage/index.ts';

interface Plan {
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
}

/** Pages that the statements of `work` read. They are carried out, and `work` is given no rows of theirs. */
export async function pagesRead(
  database: Database,
  work: (explained: Database & Transaction) => Promise<unknown>,
): Promise<number> {
  let pages = 0;
  const explain = async (text: string, params: readonly Param[] = []) => {
    const { rows } = await database.read<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `explain (analyze, buffers, timing off, format json) ${text}`,
      params,
    );
    for (const {
      'QUERY PLAN': [{ Plan: plan }],
    } of rows) {
      pages += plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
    }
    return { rows: [], count: 0 };
  };
  const run = (_: string, text: string, params?: readonly Param[]) => explain(text, params);
  // The first look at a table whose statistics are new reads the catalogue, too: up to 25 pages that the second one does not.
  const read = async (text: string, params: readonly Param[] = []) => {
    await database.read(text, params);
    return explain(text, params);
  };
  await work({ read, query: explain, run } as unknown as Database & Transaction);
  return pages;
}
