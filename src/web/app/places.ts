/** The pages that there are, and for whom. */
import type { ComponentType } from 'preact';
import type { IconName } from '../parts/icon.tsx';
import { isOwner } from './session.ts';

export interface Place {
  path: string;
  label: string;
  icon: IconName;
  isOwners?: true;
  load: () => Promise<{ default: ComponentType }>;
}

const today: Place = { path: 'today', label: 'Today', icon: 'today', load: () => import('../today/page.tsx') };

const chat: Place = {
  path: 'chat',
  label: 'Chat',
  icon: 'message',
  load: () => import('../chat/page.tsx'),
};

/** In the order in which they stand at the side. */
export const PLACES: readonly Place[] = [chat, today];

export const placesOf = (): readonly Place[] => PLACES.filter(({ isOwners }) => !isOwners || isOwner());
