/**
 * A text without the mention that calls coda at its beginning and at its end. `isCall` is asked of one mention, `<…>`.
 * Linear in the text, whatever stands in it: it was written by anybody.
 */
export function withoutMention(text: string, isCall: (mention: string) => boolean): string {
  return withoutLast(withoutFirst(text, isCall), isCall);
}

function withoutFirst(text: string, isCall: (mention: string) => boolean): string {
  const begun = text.trimStart();
  const mention = begun.slice(0, begun.indexOf('>') + 1);
  if (!mention.startsWith('<') || !isCall(mention)) return text;
  const rest = begun.slice(mention.length);
  return (/^[,:]/.test(rest) ? rest.slice(1) : rest).trimStart();
}

function withoutLast(text: string, isCall: (mention: string) => boolean): string {
  const ended = text.trimEnd();
  if (!ended.endsWith('>')) return text;
  const at = ended.lastIndexOf('<');
  return at >= 0 && isCall(ended.slice(at)) ? ended.slice(0, at).trimEnd() : text;
}
