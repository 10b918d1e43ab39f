import type { HealthCheck, SkillDeps } from '../../chat/index.ts';
import * as texts from './texts.ts';

/** Each prints its name where it succeeds; where code is held in, nothing is printed. */
const ESCAPES = `touch /escape 2>/dev/null && echo files
[ "$(grep -c : /proc/net/dev)" -le 1 ] || echo network
grep -q '^CapEff:[[:space:]]*0*$' /proc/self/status || echo rights
exit 0`;
const WITHIN_MS = 8_000;

/** Whether code can be run, and is held in: a container tries to write to its root, to see a network, to have rights. */
export function sandboxCheck({ sandbox: { workspaces, settings } }: SkillDeps): HealthCheck {
  return {
    name: 'sandbox',
    async check(signal) {
      if (!settings.enabled) return { ok: true, says: texts.isOff() };
      const workspace = workspaces.alone();
      try {
        const ran = await workspace.run(['sh', '-c', ESCAPES], { timeoutMs: WITHIN_MS, signal });
        if (!ran.ok) return { ok: false, code: ran.code, says: ran.message, remedy: ran.remedy };
        const escaped = ran.stdout.text.trim().split(/\s+/).filter(Boolean);
        if (ran.exitCode === 0 && escaped.length === 0) return { ok: true, says: texts.isHeld(settings.default_image) };
        return { ok: false, code: 'SANDBOX_UNSAFE', says: texts.isNotHeld(escaped), remedy: texts.notHeldRemedy() };
      } finally {
        await workspace.close();
      }
    },
  };
}
