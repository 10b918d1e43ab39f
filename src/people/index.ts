export { type AccessRules, type Claim, roleOf } from './access.ts';
export type { Person, Role } from './person.ts';
export { findPerson, meet, type NewIdentity, type PersonRow, setZone, toPerson } from './store.ts';
