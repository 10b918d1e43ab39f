import type { Database, Queryable } from '../../../storage/index.ts';
import type { SkillHost, Views } from '../host.ts';
import type { SkillSearch } from '../prompt/search.ts';

/** What the tools of skills work with. */
export interface ToolDeps {
  host: SkillHost;
  views: Views;
  search: SkillSearch;
  database: Database;
  /** What `${NAME}` may stand for in instructions. */
  exposed: Readonly<Record<string, string>>;
  /** Milliseconds that a skill may run as an agent of its own, and what it may cost. */
  alone: { timeoutMs: number; budget: number | undefined };
}

/** Reads outside of a transaction. */
export function readerOf({ database }: Pick<ToolDeps, 'database'>): Pick<Queryable, 'query'> {
  const query: Queryable['query'] = (sql, params) => database.read(sql, params);
  return { query };
}
