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

const notes: Place = { path: 'notes', label: 'Notes', icon: 'notes', load: () => import('../notes/page.tsx') };

const automations: Place = {
  path: 'automations',
  label: 'Automations',
  icon: 'schedule',
  load: () => import('../automations/page.tsx'),
};

const skills: Place = {
  path: 'skills',
  label: 'Skills',
  icon: 'skills',
  isOwners: true,
  load: () => import('../skills/page.tsx'),
};

const people: Place = {
  path: 'people',
  label: 'People',
  icon: 'users',
  isOwners: true,
  load: () => import('../people/page.tsx'),
};

const activity: Place = {
  path: 'activity',
  label: 'Activity',
  icon: 'activity',
  load: () => import('../activity/page.tsx'),
};

const system: Place = {
  path: 'system',
  label: 'System',
  icon: 'server',
  isOwners: true,
  load: () => import('../system/page.tsx'),
};

/** Behind the person's name, and not at the side. */
export const you: Place = { path: 'you', label: 'You', icon: 'key', load: () => import('../people/you.tsx') };

/** In the order in which they stand at the side. */
const PLACES: readonly Place[] = [chat, today, notes, automations, skills, people, activity, system];

export const placesOf = (): readonly Place[] => PLACES.filter(({ isOwners }) => !isOwners || isOwner());
