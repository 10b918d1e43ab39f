import type { PageSection } from '../../../chat/index.ts';
import type { LearntRow } from './store.ts';

const share = (right: number, all: number): string => `${all === 0 ? 0 : Math.round((100 * right) / all)} %`;

export function section({ at, isUsed, turns, heldBack, ruleRight, learntRight }: LearntRow): PageSection {
  const items = [
    { label: 'Learnt on', value: at.toISOString().slice(0, 10) },
    { label: 'Turns learnt from', value: String(turns) },
    { label: 'Turns held back', value: String(heldBack) },
    { label: 'Right by the written rule', value: share(ruleRight, heldBack) },
    { label: 'Right as learnt', value: share(learntRight, heldBack) },
    { label: 'Chooses', value: isUsed ? 'what was learnt' : 'the written rule' },
  ];
  return { kind: 'figures', title: 'Choice between the models', items };
}
