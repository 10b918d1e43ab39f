/** Why a file of a skill is not read. */

const REFUSALS = {
  bad_path: 'cannot be a file of a skill',
  outside: 'leads out of the skill’s folder',
  not_found: 'is not there',
  not_a_file: 'is no regular file',
  world_writable: 'can be changed by anybody on this machine; take that right away with "chmod o-w"',
  changed: 'was changed while it was being read',
  unreadable: 'cannot be read',
  too_deep: 'lies too deep in its folder',
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** Bad content is a value: it stops nothing else. */
export interface Refusal {
  ok: false;
  code: RefusalCode;
  /** A sentence for people, which names the path as a JSON string where it holds anything unusual. */
  message: string;
}

export function refuse(code: RefusalCode, path: string, detail?: string): Refusal {
  const shown = /^[\w./ -]{1,200}$/.test(path) ? path : JSON.stringify(path.slice(0, 200));
  return { ok: false, code, message: `${shown} ${REFUSALS[code]}${detail === undefined ? '' : `: ${detail}`}.` };
}
