/** Catalogs of skills that others publish: looked through, installed from, and obeyed where they revoke. */

export type { MarketDeps } from './market.ts';
export { marketCheck, marketJob, marketTask } from './market.ts';
export { marketOperations } from './operations.ts';
