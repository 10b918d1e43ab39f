import type { Hit } from '../app/search.ts';

/** The words around those that were searched for, which are marked. */
export function Excerpt({ hit: { label, excerpt } }: { hit: Pick<Hit, 'label' | 'excerpt'> }) {
  if (!excerpt) return <>{label}</>;
  return <>{excerpt.map((piece, index) => (index % 2 === 1 ? <mark key={index}>{piece}</mark> : piece))}</>;
}
