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
 * Words that a list is searched by, which stand in the address once nobody types any more: `[words, setWords, filter]`. An address that
 * becomes another one by a link or by going back changes the field, too.
 */
export function useSearched(name: string): readonly [words: string, setWords: (words: string) => void, filter: string] {
  const filter = query.value.get(name) ?? '';
  const [words, setWords] = useState(filter);
  const next = useSettled(words);
  const last = useRef(filter);
  useEffect(() => {
    last.current = next;
    keepFilter(name, next);
  }, [next]);
  useEffect(() => {
    if (filter === last.current) return;
    last.current = filter;
    setWords(filter);
  }, [filter]);
  return [words, setWords, filter];
}
