/** The findings of `coda doctor` about the environment, where it overrides the file. */
import { listOf } from '../../base/text.ts';
import type { HealthCheck, Verdict } from '../../chat/index.ts';
import { type Config, describeOrigin } from '../../config/index.ts';

type Overridden = Config['overridden'];

/** A value in the file that has no effect is worth a word. */
export function overridesCheck(overridden: Overridden): HealthCheck {
  return {
    name: 'environment',
    async check() {
      if (overridden.length === 0) return { ok: true, says: 'overrides nothing that the file says' };
      const says = `overrides ${listOf(overridden.map(said))}`;
      return { ok: true, code: 'ENV_OVERRIDES', severity: 'notice', says };
    },
  };
}

/** Codes of what a wrong key, token or address leads to. */
const SETTINGS_WRONG = /^(TOKEN|KEY|REDIS|STORAGE)_|_UNREACHABLE$|^(MODEL_ADDRESS|MODEL_KIND|PROVIDER_CREDIT)$/;

/** The check of what the keys below `path` set: where one of them is not the file's, the remedy says so. */
export function tellingOverrides(check: HealthCheck, path: string, overridden: Overridden): HealthCheck {
  const mine = overridden.filter((each) => each.path.startsWith(`${path}.`));
  if (mine.length === 0) return check;
  const told = (verdict: Verdict): Verdict => {
    if (verdict.ok || !SETTINGS_WRONG.test(verdict.code ?? '')) return verdict;
    const remedy = `What is used comes from the environment: ${listOf(mine.map(said))}. Unset the variable, or mend it there.`;
    return { ...verdict, remedy: [verdict.remedy, remedy].filter(Boolean).join(' ') };
  };
  return {
    name: check.name,
    async check(signal) {
      const found = await check.check(signal);
      return { ...told(found), ...(found.also && { also: found.also.map(told) }) };
    },
  };
}

const said = ({ path, env, at }: Overridden[number]) => `${env} stands in the place of ${path} (${describeOrigin(at)})`;
