/** "My sister's birthday is 14 March": a statement that somebody may want to find again. Pure. */

/** What is asked, doubted, reported, or said of this moment. */
const NO_FACT =
  /[?]|\b(?:if|when|whenever|unless|until|whether|while|because|maybe|perhaps|should|would|could|might|may be|what|how|why|not|never|no longer|\w+n['’]t|said|says|told|tells|thinks?|thought|guess|hopes?|wish|yesterday|today|tonight|tomorrow|now|currently|just|already|again|still|too|so|very|really|quite|pretty|you|your|youre|u|ur)\b/i;
/** Nothing that has a name of its own. */
const UNNAMED =
  /^(?:i|i['’]?m|i['’]?ve|i['’]?ll|it|its|it['’]s|this|that|thats|these|those|there|theres|he|hes|she|shes|we|they|everything|nothing|something|someone|everyone|somebody|nobody|all|some|many|most|what|who|where|is|are|do|does|did|can|have|has|and|but|or|also|please|the (?:one|thing|same|rest|other|others|first|second|last|next|former|latter|only|point|problem|issue|question|answer|truth|world|idea|fact|weather|day|time|date))\b/i;
/** Of coda itself and what it keeps, or of how somebody is. */
const NO_SUBJECT =
  /\b(?:reminders?|alarms?|timers?|notes?|lists?|messages?|bots?|coda|models?|weather|mood|days?|life|time ?zone|head|back|feet|stomach|boss|job|work)$/i;

const VERB =
  /\s(?:(?:is|are|was|were) (?:called |named |allergic to |parked |kept |stored |hidden |made by |due in )?|has |have |owes? |likes? |loves? |prefers? |hates? |lives? |works? |wears? |takes? |drinks? |eats? |plays? |drives? |speaks? |costs? |opens? |closes? |uses? |needs? |=\s*)/i;
/** What a person, a thing or an account has that one looks up. */
const LOOKED_UP =
  /\b(?:names?|numbers?|codes?|pins?|passwords?|passphrase|passcode|birthdays?|anniversar(?:y|ies)|size|sizes|address|emails?|e-mail|phone|type|colou?rs?|favou?rites?|favou?rite .*|brand|model|plates?|registration|combination|iban|account|username|login|postcode|zip|height|weight|length|width|dose|capacity|filters?|batter(?:y|ies)|bulbs?|teacher|doctor|dentist|plumber|landlord|vet|wifi|wi-fi|network|middle name|nickname|star sign|gate|terminal|seat|locker|shelf|policy|deadline)$/i;
const PLACE =
  /(?:^|\s)(?:in|under|behind|with|at|on|inside|above|below|beside|next to|near|between|opposite|by|from) (?:the |my |our |his |her |a |an )?[\p{L}\d]/iu;
const A_NAME = /(?<!^)\b\p{Lu}[\p{L}\p{N}]+/u;
const TRAIT = /^(?:allergic|vegan|vegetarian|intolerant|diabetic|coeliac|celiac|left-handed|called|named)\b/i;
const STRANGE_PLACE =
  /^(?:in|on|at|under|by|with|from) (?:fire|time|point|all|risk|holiday|sale|strike|charge|trouble|love|pain|control|way|edge|call|me|us|it|them|top|course|purpose|order|danger|doubt|the (?:phone|way|toilet|bath|shower|loo|mood|move|house|game|case)|school|work|home|bed)\b/i;
/** How something is just then. */
const STATE =
  /^(?:dead|broken|wrong|lost|gone|full|empty|fine|ok|okay|good|bad|great|nice|new|old|late|early|slow|fast|off|out|back|away|busy|ready|done|over|up|down|missing|weird|stupid|boring|annoying|awful|terrible|amazing|lovely|cute|pregnant|sick|ill|asleep|awake)\b/i;
const SENTENCES = /(?<!\b(?:mr|mrs|ms|dr|st|no|prof|nr|approx))[.!;…] +\S|\n/i;
const HEADED = /^[\p{L}][\p{L}\d '’-]{1,40}: \S/u;
const MOST_WORDS = 30;
const MOST_WORDS_OF_SUBJECT = 7;

/** "The spare key is with Mrs Patel", "Anna's shoe size is 38", "birthdays: mum 3 May"; and no small talk. */
export function isFact(said: string): boolean {
  const text = said.trim().replace(/[.!]+$/, '');
  if (text.split(/\s+/).length > MOST_WORDS || NO_FACT.test(text) || UNNAMED.test(text) || SENTENCES.test(text))
    return false;
  if (HEADED.test(text)) return isEntry(text);
  const verb = VERB.exec(text);
  if (!verb) return false;
  const subject = text.slice(0, verb.index);
  const value = text.slice(verb.index + verb[0].length).trim();
  if (value === '' || subject.split(/\s+/).length > MOST_WORDS_OF_SUBJECT || NO_SUBJECT.test(subject)) return false;
  if (STATE.test(value)) return false;
  const says = verb[0].trim().toLowerCase();
  // Names are typed without a capital, too.
  const isAnybodys = /^(?:owes?|prefers?|lives?|hates?)$|allergic/.test(says) && /^\p{L}+$/u.test(subject);
  if (!isOfSomething(subject) && !isAnybodys) return false;
  if (LOOKED_UP.test(subject) || TRAIT.test(value)) return true;
  if (/^(?:is|are|was|were|has|have)$/.test(says)) return tells(value);
  return says.includes(' ') || isAnybodys || isSomebody(subject);
}

/** "Birthdays: mum 3 May": a head, and what has a number or a name in it. */
const isEntry = (text: string): boolean => {
  const [head = '', body = ''] = text.split(/:\s+(.*)/s);
  return head.split(/\s+/).length <= 4 && !NO_SUBJECT.test(head) && (/\d/.test(body) || /,/.test(body));
};

/** Something with an owner or a name: "my sister's birthday", "Anna", "the spare key". */
const isOfSomething = (subject: string): boolean =>
  /^(?:my|our|the|his|her|their)\s\S/i.test(subject) ||
  /['’]s?\s\S/.test(subject) ||
  // "Zacs inhaler": the apostrophe is left out as often as not.
  /^\p{L}{2,}s \p{L}{3,}(?<!s)(?: \p{L}+)?$/u.test(subject) ||
  isSomebody(subject) ||
  LOOKED_UP.test(subject);

/** "Anna", "mum", "my neighbour". */
const isSomebody = (subject: string): boolean =>
  /^(?:\p{Lu}[\p{L}’'-]+(?: (?:and )?\p{Lu}[\p{L}’'-]+)?|mum|mom|dad|mummy|daddy|grandma|grandpa|granny|nan|(?:my|our) (?:\p{L}+[- ]?){1,3}|\p{L}+['’]s (?:\p{L}+ ?){1,2})$/u.test(
    subject,
  );

/** A number, a place or a name: more than how it is found. */
const tells = (value: string): boolean =>
  (/\d/.test(value) || A_NAME.test(` ${value}`) || PLACE.test(value)) && !STRANGE_PLACE.test(value);
