export { type AccessRules, type Claim, outranks, roleOf } from './access.ts';
export { type Erasure, erase } from './erasure.ts';
export { hashOfCode, newCode } from './links/code.ts';
export * as links from './links/store.ts';
export { erasures as linkErasures, moves as personMoves } from './links/store.ts';
export type { Move, Moved } from './move.ts';
export type { Person, Role } from './person.ts';
export {
  erasures as personErasures,
  findPerson,
  meet,
  type NewIdentity,
  type PersonRow,
  setQuiet,
  setZone,
  toPerson,
} from './store.ts';
