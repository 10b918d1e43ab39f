import type { Json } from '../api/types.ts';

type Skill = Json<'/v1/skills'>['skills'][number];

const STATES: Readonly<Record<Skill['state'], string>> = {
  in_use: 'in use',
  untrusted: 'waits for trust',
  draft: 'a draft',
  needs_approval: 'waits for your look',
  deprecated: 'no longer offered',
  revoked: 'taken back by its catalog',
  disabled: 'switched off',
  invalid: 'cannot be read',
};

const TONES: Readonly<Partial<Record<Skill['state'], string>>> = {
  untrusted: 'warn',
  draft: 'warn',
  needs_approval: 'warn',
  revoked: 'bad',
  invalid: 'bad',
};

export const StateTag = ({ state }: Pick<Skill, 'state'>) => (
  <span class={`tag ${TONES[state] ?? ''}`}>{STATES[state]}</span>
);
