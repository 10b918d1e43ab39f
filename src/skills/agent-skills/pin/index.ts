/** What exactly an owner approved: the hash of a skill's files, what it may do, and how that changed. */

export { type Capabilities, type Declared, isScript } from './capabilities.ts';
export { describeChange, type Pinned } from './difference.ts';
export { type Pin, pinSkill, type Unpinnable } from './pin.ts';
