/** Catalogs of skills that others publish: looked through, installed from, and obeyed where they revoke. */

export { marketCheck, marketJob, marketTask } from './job.ts';
export type { MarketDeps } from './market.ts';
export { marketOperations } from './operations.ts';
