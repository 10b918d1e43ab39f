/** The outbox in the database. Its states change by the table in `../states.ts` only. */
export * from './cards.ts';
export * from './draft.ts';
export * from './known.ts';
export * from './owners.ts';
export * from './take.ts';
export * from './waiting.ts';
export * from './write.ts';
