/** Lanes in the database. */
export * from './owners.ts';
export * from './turns.ts';
export * from './waiting.ts';
