/** Testing a skill without a model. */

export { readCases } from './cases.ts';
export { runCase } from './run.ts';
