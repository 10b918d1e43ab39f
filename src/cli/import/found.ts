/** Contents of another assistant's folder, in coda's terms. */

/** A memory as `coda memory import` takes it. */
export interface FoundMemory {
  text: string;
  tags: string[];
  date?: string;
  /** The file that it stands in, relative. */
  from: string;
}

export interface FoundSkill {
  name: string;
  /** Its folder, absolute. */
  folder: string;
  from: string;
}

/** A job of the other's scheduler: when coda is to do what, in words, or why that cannot be said. */
export interface FoundJob {
  name: string;
  plan: { when: string; prompt: string } | undefined;
  why?: string;
  from: string;
}

export interface Found {
  memories: FoundMemory[];
  /** The other assistant's persona, put together. */
  persona: { text: string; from: string } | undefined;
  skills: FoundSkill[];
  jobs: FoundJob[];
  /** Parts that are broken, or have no place here: each with its file. */
  problems: { from: string; what: string }[];
}

export const nothing = (): Found => ({ memories: [], persona: undefined, skills: [], jobs: [], problems: [] });
