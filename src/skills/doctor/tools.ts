import { z } from 'zod';
import { type AnyTool, type CallContext, dataTool, done, type Failed, failed, forOwners } from '../../agent/index.ts';
import { type BreakerState, isPartOf } from '../../base/breaker.ts';
import { didYouMean } from '../../base/text.ts';
import type { Checks, Command, Finding } from '../../chat/index.ts';
import * as texts from './texts.ts';

export function doctorTools({ checks, unwell, reset }: DoctorDeps): AnyTool[] {
  const diagnose = dataTool({
    name: 'doctor_diagnose',
    group: 'health',
    description: 'Looks whether every part of you is in order, and says how to mend what is not. For owners.',
    effect: 'read',
    callers: 'main-agent',
    input: z.object({}),
    prepare: async (_, ctx) => (refuseShared(ctx) ? [] : checks.run()),
    run: async (_, ctx) => refuseShared(ctx) ?? done(texts.findings(ctx.prepared as readonly Finding[])),
  });
  const refuseAwake = (name: string): Failed | undefined => {
    const names = unwell().map((each) => each.name);
    if (names.some((each) => isPartOf(each, name))) return undefined;
    return failed('NOT_FOUND', texts.restsNot(name, didYouMean(name, names)));
  };
  const resetSkill = dataTool({
    name: 'doctor_reset_skill',
    // People say it by /doctor reset.
    group: 'unshown',
    description: 'Tries a skill, tool or model again at once that rests because it failed again and again. For owners.',
    effect: 'write',
    policy: { confirm: true, binds: async ({ name }, ctx) => refuseShared(ctx) ?? refuseAwake(name) },
    display: { asks: () => [texts.asksToReset] },
    callers: 'main-agent',
    input: z.object({
      name: z.string().min(1).max(200).describe('Of the skill, tool or model, as the doctor shows it.'),
    }),

    async run({ name }, ctx) {
      const denied = refuseShared(ctx) ?? refuseAwake(name);
      if (denied) return denied;
      ctx.tx.afterCommit(() => reset(name));
      return done(texts.triedAgain(name));
    },
  });
  return forOwners(texts.ownersOnly, [diagnose, resetSkill]);
}

function refuseShared({ private: isPrivate }: CallContext): Failed | undefined {
  return isPrivate ? undefined : failed('NOT_HERE', texts.privateOnly());
}

export const doctorCommand = ({ checks }: DoctorDeps): Command => ({
  name: 'doctor',
  summary: 'Look whether everything is in order.',
  usage: '[all | reset NAME]',
  options: [{ name: 'what', description: 'all: each thing that was looked at; reset NAME: tries what rests again' }],
  overtakes: true,
  private: true,
  ownerOnly: true,
  prepare: async (rest) => (/^reset\s+\S/i.test(rest.trim()) ? [] : checks.run()),
  run: async (rest, { prepared }) => {
    const [, name] = /^reset\s+(\S.*)$/i.exec(rest.trim()) ?? [];
    if (name !== undefined) return { tool: 'doctor_reset_skill', input: { name } };
    const report = prepared as readonly Finding[];
    return done(rest.trim().toLowerCase() === 'all' ? texts.findings(report) : texts.shortFindings(report));
  },
});

export interface DoctorDeps {
  checks: Pick<Checks, 'run'>;
  unwell(): readonly BreakerState[];
  /** Lets the parts of a skill, a tool or a model be tried again at once, in all processes. Returns their names here. */
  reset(name: string): string[];
}
