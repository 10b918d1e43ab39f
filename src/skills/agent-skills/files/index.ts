/** The files of a skill: what is there, and how they are read without ever leaving its folder. */

export { isWorldWritable, type OpenFile } from './folder.ts';
export {
  type FileEntry,
  type FolderLimits,
  type Listing,
  listInside,
  type RefusedEntry,
} from './list.ts';
export { pathProblem } from './names.ts';
export { chunksOf, openInside, type ReadResult, readInside } from './read.ts';
export type { Refusal, RefusalCode } from './refusal.ts';
