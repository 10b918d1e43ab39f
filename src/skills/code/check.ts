import { withTimeout } from '../../base/async.ts';
import type { HealthCheck, SkillDeps } from '../../chat/index.ts';
import { limitsIn, TELL_LIMITS, widerThan } from './limits.ts';
import * as texts from './texts.ts';
import { hostsOf } from './tools.ts';

/** Each prints its name where it succeeds; then come the limits. */
const ESCAPES = `touch /escape 2>/dev/null && echo files
[ "$(grep -c : /proc/net/dev)" -le 1 ] || echo network
grep -q '^CapEff:[[:space:]]*0*$' /proc/self/status || echo rights
${TELL_LIMITS}
exit 0`;
const WITHIN_MS = 8_000;
/** Timeout of one check: a report must come before the whole check is given up. */
const ANSWER_MS = 5_000;

/**
 * True if code can be run, and is held in: a container tries to write to its root, to see a network, to have rights.
 */
export function sandboxCheck({ sandbox: { workspaces, settings, facts } }: SkillDeps): HealthCheck {
  return {
    name: 'sandbox',
    async check(signal) {
      if (!settings.enabled) return { ok: true, severity: 'off', says: texts.isOff() };
      const engine = await withTimeout(ANSWER_MS, facts(signal));
      if (!engine) {
        const says = texts.doesNotAnswer(ANSWER_MS / 1_000);
        return { ok: false, code: 'SANDBOX_UNREACHABLE', says, remedy: texts.answerRemedy() };
      }
      if (!engine.ok) return { ok: false, code: engine.code, says: engine.message, remedy: engine.remedy };
      const workspace = workspaces.alone();
      try {
        const ran = await workspace.run(['sh', '-c', ESCAPES], { timeoutMs: WITHIN_MS, signal });
        if (!ran.ok) return { ok: false, code: ran.code, says: ran.message, remedy: ran.remedy };
        const lines = ran.stdout.text.trim().split('\n').filter(Boolean);
        const escaped = lines.filter((line) => !line.includes(' '));
        const limits = limitsIn(lines);
        const { max_memory: memory, pids, cpus } = settings;
        const missing = widerThan({ memory, pids, cpus }, limits);
        if (ran.exitCode === 0 && escaped.length + missing.length === 0) {
          return { ok: true, says: texts.isHeld(settings.default_image, engine, limits, hostsOf(settings)) };
        }
        if (escaped.length === 0 && missing.length > 0) {
          const says = texts.isUnlimited(missing, engine);
          return { ok: false, code: 'SANDBOX_UNSAFE', says, remedy: texts.notHeldRemedy() };
        }
        return { ok: false, code: 'SANDBOX_UNSAFE', says: texts.isNotHeld(escaped), remedy: texts.notHeldRemedy() };
      } finally {
        await workspace.close();
      }
    },
  };
}
