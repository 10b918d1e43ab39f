import type { Phrase } from '../../../agent/index.ts';
import { changing, deleting, snoozing } from './changing.ts';
import { completing } from './completing.ts';
import { creating } from './creating.ts';
import { following } from './following.ts';
import { listing } from './listing.ts';
import { naming } from './naming.ts';

/** What people say to set, see and change reminders. */
export const phrases: Phrase[] = [
  ...creating,
  ...listing,
  ...completing,
  ...snoozing,
  ...changing,
  ...deleting,
  ...following,
  ...naming,
];
