import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CodaError, messageOf, systemCode } from '../base/errors.ts';
import type { World } from '../base/world.ts';
import type { HealthCheck } from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import { type AccessPolicies, type PolicyFile, type PolicyProblem, readPolicies } from '../people/index.ts';

/** A hundred times what a household needs. */
const MAX_BYTES = 1_000_000;
const LOOK_MS = 1_000;

type Access = Pick<Config, 'access'>;

/** Config and policy files together. What is wrong with them is thrown, all of it, with file and line. */
export function checkPolicies(config: Access, cwd = process.cwd()): AccessPolicies {
  const { policies, problems } = read(config, cwd);
  if (problems.length === 0) return policies;
  throw new CodaError('CONFIG_INVALID', {
    message: ['The policies have problems:', ...problems.map((problem) => `  ${lineOf(problem)}`)].join('\n'),
    remedy: 'Mend them and see with "coda config check"; docs/security.md shows their form.',
  });
}

/** The policies as they are, read again when a file has changed. With an error in one, those before it stay. */
export class LivePolicies {
  private readonly config: Access;
  private readonly log: World['log'];
  private readonly cwd: string;
  private policies: AccessPolicies;
  private stamp: string;
  private looked: number;
  private problems: readonly PolicyProblem[] = [];

  /** Throws `CONFIG_INVALID`. */
  constructor(config: Access, log: World['log'], cwd = process.cwd()) {
    this.config = config;
    this.log = log;
    this.cwd = cwd;
    this.stamp = stampOf(config, cwd);
    this.policies = checkPolicies(config, cwd);
    this.looked = performance.now();
  }

  current(): AccessPolicies {
    if (performance.now() - this.looked >= LOOK_MS) this.reload();
    return this.policies;
  }

  reload(): readonly PolicyProblem[] {
    this.looked = performance.now();
    const stamp = stampOf(this.config, this.cwd);
    if (stamp === this.stamp) return this.problems;
    this.stamp = stamp;
    const { policies, problems } = read(this.config, this.cwd);
    this.problems = problems;
    if (problems.length === 0) {
      this.policies = policies;
      this.log.info({}, 'access policies were read again');
    } else {
      this.log.error(
        { problems: problems.map(lineOf) },
        'access policies have errors; those before them stay in force',
      );
    }
    return problems;
  }

  check(): HealthCheck {
    return {
      name: 'access policies',
      check: async () => {
        const problems = this.reload();
        if (problems.length === 0) return { ok: true, says: 'in order' };
        const says = `those before stay in force, because of errors: ${problems.map(lineOf).join('; ')}`;
        return { ok: false, says, remedy: 'Mend the file; it is read again by itself.' };
      },
    };
  }
}

const NAMES = { permissions: 'permission_policies.json', approvals: 'approval_policies.json' };

function read({ access }: Access, cwd: string): { policies: AccessPolicies; problems: PolicyProblem[] } {
  const unreadable: PolicyProblem[] = [];
  const fileOf = (name: string): PolicyFile => {
    const file = join(access.policies_folder, name);
    try {
      const path = resolve(cwd, file);
      if (statSync(path).size > MAX_BYTES) throw new Error(`is larger than ${MAX_BYTES} bytes`);
      return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) };
    } catch (error) {
      if (!isMissing(error)) unreadable.push({ file, line: 1, message: `cannot be read (${messageOf(error)})` });
      return { file, text: undefined };
    }
  };
  const files = { permissions: fileOf(NAMES.permissions), approvals: fileOf(NAMES.approvals) };
  const { policies, problems } = readPolicies(access, files);
  return { policies, problems: [...unreadable, ...problems] };
}

function stampOf({ access }: Access, cwd: string): string {
  const stamps = Object.values(NAMES).map((name) => {
    try {
      const { mtimeMs, size, ino } = statSync(resolve(cwd, access.policies_folder, name));
      return [mtimeMs, size, ino].join(' ');
    } catch (error) {
      return systemCode(error) ?? 'missing';
    }
  });
  return stamps.join('\n');
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '');
}

const lineOf = ({ file, line, message }: PolicyProblem): string => `${file}:${line}: ${message}`;
