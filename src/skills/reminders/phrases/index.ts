import type { Phrase } from '../../../agent/index.ts';
import { answering } from './answering.ts';
import { beside } from './beside.ts';
import { changing, deleting } from './changing.ts';
import { completing } from './completing.ts';
import { creating } from './creating.ts';
import { ending } from './ending.ts';
import { following } from './following.ts';
import { left } from './left.ts';
import { listing } from './listing.ts';
import { naming } from './naming.ts';
import { oneDay } from './one-day.ts';
import { snoozing } from './snoozing.ts';
import { timers } from './timers.ts';

/** What people say to set, see and change reminders. */
export const phrases: Phrase[] = [
  ...creating,
  ...timers,
  ...listing,
  ...completing,
  ...snoozing,
  ...changing,
  ...deleting,
  ...answering,
  ...following,
  ...beside,
  ...oneDay,
  ...ending,
  ...naming,
  left,
];
