import { CHROMIUM } from '../../support/browser.ts';
import { browserContract } from './browser-contract.ts';

browserContract('host', CHROMIUM !== undefined, { executable: CHROMIUM });
