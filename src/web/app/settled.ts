import { useEffect, useRef, useState } from 'preact/hooks';
import { keepFilter, query } from './router.ts';

/** Milliseconds without another key until coda is asked. */
const SOON_MS = 200;

/** Typed words, once nobody types any more. */
export function useSettled(typed: string): string {
  const [settled, setSettled] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(typed.trim()), SOON_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return settled;
}

/**
 * Words that a list is searched by, which stand in the address once nobody types any more: `[typed, type, searched]`. An address that
 * becomes another one by a link or by going back changes the field, too.
 */
export function useSearched(name: string): readonly [typed: string, type: (words: string) => void, searched: string] {
  const searched = query.value.get(name) ?? '';
  const [typed, setTyped] = useState(searched);
  const settled = useSettled(typed);
  const written = useRef(searched);
  useEffect(() => {
    written.current = settled;
    keepFilter(name, settled);
  }, [settled]);
  useEffect(() => {
    if (searched === written.current) return;
    written.current = searched;
    setTyped(searched);
  }, [searched]);
  return [typed, setTyped, searched];
}
