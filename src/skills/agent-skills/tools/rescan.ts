import { z } from 'zod';
import { type AnyTool, dataTool, done } from '../../../agent/index.ts';
import { within } from '../../../base/async.ts';
import type { SkillHost } from '../host.ts';
import * as texts from '../texts.ts';

/** Nobody waits longer for the answer; the reading goes on. */
const ANSWER_WITHIN_MS = 900;

/** What a rescan found, in words; or that it still goes on. */
export async function rescanSoon(host: SkillHost): Promise<string> {
  const report = await within(ANSWER_WITHIN_MS, host.rescan());
  return report ? texts.rescanned(report) : texts.stillReading();
}

/** "Reload the skills", in words. */
export function rescanTool({ host }: { host: SkillHost }): AnyTool {
  return dataTool({
    name: 'skill_rescan',
    spare: true,
    description: 'Reads the folders of the skills again, when the person says that skills were changed or added.',
    effect: 'read',
    input: z.object({}),
    prepare: () => rescanSoon(host),
    // Names and reasons come out of the skills' files.
    run: async (_, { prepared }) => done(prepared as string, { tainted: true }),
  });
}
