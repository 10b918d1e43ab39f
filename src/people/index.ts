export { type AccessRules, type Claim, roleOf } from './access.ts';
export { type Erasure, erase } from './erasure.ts';
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
