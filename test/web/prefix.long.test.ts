/** All tasks of the pages once more, with coda under a path behind proxies that take it off, and that pass it on. */
import { describe } from 'vitest';
import { CHROMIUM } from '../support/browser.ts';
import { ReverseProxy } from '../support/reverse-proxy.ts';
import { playTasks } from './tasks/all.ts';

const PREFIX = `/home/${'of-a-long-name-'.repeat(4)}`.slice(0, 63).concat('x');

describe.skipIf(!CHROMIUM).each([
  ['a proxy takes the path off, at 1280 pixels', 1280, true],
  ['a proxy passes the path on, at 360 pixels', 360, false],
] as const)('%s', (_, width, strips) => playTasks(width, () => new ReverseProxy({ prefix: PREFIX, strips })));
