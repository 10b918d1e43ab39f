import { done } from '../../agent/index.ts';
import type { Command, Finding } from '../../chat/index.ts';
import type { DoctorDeps } from './deps.ts';
import * as texts from './texts.ts';

/** `/doctor`: every check of every part. */
export const doctorCommand = ({ checks }: DoctorDeps): Command => ({
  name: 'doctor',
  summary: 'Look whether everything is in order.',
  private: true,
  ownerOnly: true,
  prepare: () => checks.run(),
  run: async (_, { prepared }) => done(texts.findings(prepared as readonly Finding[])),
});
