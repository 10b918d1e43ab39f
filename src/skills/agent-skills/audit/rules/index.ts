import type { Rule } from '../finding.ts';
import { CREDENTIALS } from './credentials.ts';
import { INSTRUCTIONS } from './instructions.ts';
import { NETWORK } from './network.ts';
import { OBFUSCATION } from './obfuscation.ts';
import { SYSTEM } from './system.ts';

export const RULES: readonly Rule[] = [...INSTRUCTIONS, ...CREDENTIALS, ...SYSTEM, ...NETWORK, ...OBFUSCATION];
