/**
 * Texts by meaning: what turns them into vectors, where these are kept, how they are made in the background, and how
 * meaning and words are weighed. Memories, notes and messages are found through it.
 */
export { type Embedder, EmbedderFault, remoteEmbedder } from './embedder.ts';
export { type EmbedDeps, embedGathered, embedJob, embedSoon } from './job.ts';
export { Matrix, packVector, Scratch, unit } from './matrix.ts';
export {
  addMeaning,
  addSynonyms,
  addWords,
  type Likeness,
  likenessBy,
  NAMES,
  Nearest,
  type NearText,
  type Sought,
  synonymsOf,
  vectorOf,
  wordsOf,
} from './near.ts';
export { offlineEmbedder } from './offline.ts';
export { type EmbedderSettings, type Embedders, embedderConfig, embedderField, embeddersOf } from './settings.ts';
export type { MadeVector, Missing, Source } from './source.ts';
export { addStamped, keepNewest, type Space } from './store.ts';
