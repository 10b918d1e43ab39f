/** Whether two English words are forms of one: "groceries" and "grocery", "calling" and "called". */

const IRREGULAR = new Map(
  Object.entries({
    buy: 'bought',
    pay: 'paid',
    send: 'sent',
    take: 'took taken',
    feed: 'fed',
    get: 'got gotten',
    give: 'gave given',
    put: 'putting',
    leave: 'left',
    drive: 'drove driven',
    ride: 'rode ridden',
    speak: 'spoke spoken',
    eat: 'ate eaten',
    drink: 'drank drunk',
    sell: 'sold',
    find: 'found',
    catch: 'caught',
    teach: 'taught',
    run: 'ran',
    swim: 'swam swum',
    ring: 'rang rung',
    write: 'wrote written',
    do: 'did done',
    go: 'went gone',
    make: 'made',
    meet: 'met',
    see: 'saw seen',
    tell: 'told',
    bring: 'brought',
    read: 'reading',
  }).flatMap(([stem, forms]) => forms.split(' ').map((form) => [form, stem] as const)),
);

/** The words of a text in lower case, without possessive endings; `17:00` is one. */
export function wordsIn(text: string): string[] {
  const words = text.toLowerCase().match(/\p{N}+[:.]\p{N}\p{N}\p{L}*|[\p{L}\p{N}]+(?:['’]\p{L}+)*/gu) ?? [];
  return words.map((word) => word.replace(/['’]s$|['’]/gu, ''));
}

/** `dentists` → `dentist`, `swimming` → `swim`, `paid` → `pay`: for comparing, not for reading. */
export function stemOf(word: string): string {
  const irregular = IRREGULAR.get(word);
  if (irregular) return irregular;
  if (word.length <= 3) return word;
  const bare = word
    .replace(/ies$|ied$/, 'y')
    .replace(/(?:([^aeiou])\1)?(?:ing|ed)$/, (all, twice: string | undefined) =>
      all.length === word.length ? all : (twice ?? ''),
    )
    .replace(/(?<!s)s$/, '')
    .replace(/(?<=x|ch|sh|s|z)e$/, '');
  return bare.length < 3 ? word : bare.replace(/e$|(?<=([^aeiou]))\1$/, '');
}

export function isFormOf(one: string, other: string): boolean {
  return one === other || stemOf(one) === stemOf(other);
}
