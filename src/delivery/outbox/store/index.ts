/** The outbox in the database. Its states change by the table in `../states.ts` only. */
export * from './cards.ts';
export * from './draft.ts';
export * from './due.ts';
export * from './owners.ts';
export * from './send.ts';
export * from './write.ts';
