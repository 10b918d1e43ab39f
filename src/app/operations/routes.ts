import { type AnyRoute, routesOf } from '../../chat/index.ts';
import { approvals } from './approvals.ts';
import { notify } from './hooks.ts';
import { outbox } from './outbox.ts';
import type { ServedParts } from './parts.ts';
import { skills } from './skills.ts';

/** Operations that are reached over HTTP. */
export const servedOperations = (parts: ServedParts): AnyRoute[] =>
  routesOf([...outbox, ...approvals, ...skills, ...notify], parts, parts.world);
