/** What an owner and a member want to get done, each from the start page through what is visible, in at most four presses. */
import { describe } from 'vitest';
import { CHROMIUM } from '../support/browser.ts';
import { playTasks } from './tasks/all.ts';

describe.skipIf(!CHROMIUM).each([
  ['at 1280 pixels', 1280],
  ['at 360 pixels', 360],
] as const)('%s', (_, width) => playTasks(width));
