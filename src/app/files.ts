import { agentFiles } from '../agent/index.ts';
import { inboxFiles, outboxFiles } from '../delivery/index.ts';
import type { FileReferences } from '../storage/index.ts';

/** All columns that name stored files: a file that none of them names is removed. */
export const fileReferences: readonly FileReferences[] = [...inboxFiles, ...outboxFiles, ...agentFiles];
