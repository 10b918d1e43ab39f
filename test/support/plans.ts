/** What statements read, counted by the engine itself. */
import type { Database, Param, Transaction } from '../../src/storage/index.ts';

interface Plan {
  'Relation Name'?: string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

/** Pages that the statements of `work` read. They are carried out, and `work` is given no rows of theirs. */
export function pagesRead(database: Database, work: Work): Promise<number> {
  return measured(database, work, (plan) => plan['Shared Hit Blocks'] + plan['Shared Read Blocks']);
}

/** Rows of tables that the statements of `work` read, found or not, those that they changed included. They are carried out, too. */
export function rowsRead(database: Database, work: Work): Promise<number> {
  return measured(database, work, rowsOf);
}

function rowsOf(plan: Plan): number {
  const { Plans: parts = [], 'Actual Rows': rows, 'Actual Loops': loops } = plan;
  const own = plan['Relation Name'] ? (rows + (plan['Rows Removed by Filter'] ?? 0)) * loops : 0;
  return parts.reduce((sum, part) => sum + rowsOf(part), own);
}

type Work = (explained: Database & Transaction) => Promise<unknown>;

async function measured(database: Database, work: Work, of: (plan: Plan) => number): Promise<number> {
  let sum = 0;
  const explain = async (text: string, params: readonly Param[] = []) => {
    const { rows } = await database.read<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `explain (analyze, buffers, timing off, format json) ${text}`,
      params,
    );
    for (const {
      'QUERY PLAN': [{ Plan: plan }],
    } of rows) {
      sum += of(plan);
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
  return sum;
}
