export type { Person, Role } from './person.ts';
