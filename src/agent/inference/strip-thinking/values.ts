const VALUE = '(?:[a-z]+:|[|｜]DSML[|｜] ?)?(?:parameter|param|argument|arg_value)';
const VALUE_OPEN = new RegExp(String.raw`<${VALUE}(?:[=:\s][^<>]*)?>|<\|open\|>argument\b`, 'gi');
const VALUE_CLOSE = new RegExp(String.raw`</${VALUE}(?::[\w-]+)?>|<\|close\|>argument\b`, 'gi');

/** True if the end of a block's content stands within an argument: an element that is open, or a text in JSON. Pure. */
export function isWithinValue(content: string): boolean {
  const opened = content.match(VALUE_OPEN)?.length ?? 0;
  if (opened > 0) return opened > (content.match(VALUE_CLOSE)?.length ?? 0);
  const json = content.slice(content.search(/[{[]/));
  return /[{[]/.test(content) && (json.replace(/\\[\s\S]/g, '').match(/"/g)?.length ?? 0) % 2 === 1;
}
