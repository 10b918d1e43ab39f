import type { Phrase } from '../../agent/index.ts';

export const phrases: Phrase[] = [
  {
    pattern: '(diagnose|check) yourself',
    example: 'check yourself',
    shown: true,
    call: () => ({ tool: 'doctor_diagnose', input: {} }),
  },
  {
    pattern: 'reset [the] skill {name}',
    example: 'reset skill weather',
    call: ({ name = '' }) => ({ tool: 'doctor_reset_skill', input: { name } }),
  },
];
