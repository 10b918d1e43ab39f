import type { z } from 'zod';
import { readJson } from '../../base/json-text.ts';
import { approvalPolicyFile, permissionPolicyFile } from '../../config/index.ts';
import type { AccessPolicies } from './gate.ts';

/** A problem in a policy file. */
export interface PolicyProblem {
  file: string;
  line: number;
  message: string;
}

/** The text of a policy file; undefined: there is none. */
export interface PolicyFile {
  file: string;
  text: string | undefined;
}

/** Policies of the configuration, in the shapes of the files. */
export interface InlinePolicies {
  roles: Readonly<Record<string, readonly string[]>>;
  policies: readonly { skill_id: string; required_permissions: readonly string[]; requires_approval: boolean }[];
}

/** Config and files together: what they require adds up, what they grant, too. With a problem nothing of it holds. */
export function readPolicies(
  inline: InlinePolicies,
  files: { permissions: PolicyFile; approvals: PolicyFile },
): { policies: AccessPolicies; problems: PolicyProblem[] } {
  const problems: PolicyProblem[] = [];
  const granted = read(files.permissions, permissionPolicyFile, problems);
  const asking = read(files.approvals, approvalPolicyFile, problems);
  const roles = new Map<string, readonly string[]>();
  for (const [role, holds] of [...Object.entries(inline.roles), ...Object.entries(granted?.roles ?? {})]) {
    roles.set(role, [...(roles.get(role) ?? []), ...holds]);
  }
  const permissions = [...inline.policies, ...(granted?.policies ?? [])];
  const approvals = [...inline.policies, ...(asking?.policies ?? [])].filter((policy) => policy.requires_approval);
  return {
    policies: {
      roles,
      permissions: permissions.map((each) => ({ pattern: each.skill_id, required: each.required_permissions })),
      approvals: approvals.map(({ skill_id }) => skill_id),
    },
    problems,
  };
}

function read<S extends z.ZodType>(
  { file, text }: PolicyFile,
  schema: S,
  problems: PolicyProblem[],
): z.output<S> | undefined {
  if (text === undefined) return undefined;
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  const json = readJson(text);
  if ('brokenAt' in json) {
    problems.push({ file, line: lineAt(json.brokenAt), message: 'is not valid JSON' });
    return undefined;
  }
  const { value, places, twice } = json;
  // The second of two would silently take the place of the first.
  for (const { path, offset } of twice) {
    problems.push({ file, line: lineAt(offset), message: `${path}: is there twice` });
  }
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  for (const { path, message } of checked.error.issues.slice(0, MOST_PROBLEMS)) {
    const where = path.map(String);
    const line = lineAt(placeOf(where, places));
    problems.push({ file, line, message: [where.join('.'), message].filter(Boolean).join(': ') });
  }
  return undefined;
}

const MOST_PROBLEMS = 20;

/** Line of a path; a missing key has that of its nearest parent. */
function placeOf(path: readonly string[], places: ReadonlyMap<string, number>): number {
  for (let length = path.length; length > 0; length--) {
    const found = places.get(path.slice(0, length).join('\0'));
    if (found !== undefined) return found;
  }
  return 0;
}
