/** Whether a text warns of what it names, or shows it as an example, instead of asking for it. */

const CAREFUL =
  /\b(?:never|avoid\w*|don'?t|do not|must not|should not|shouldn'?t|cannot|refus\w+|reject\w*|deny|denied|disallow\w*|forbid\w*|prohibit\w*|block(?:s|ed|ing|list)?|prevent\w*|guard\w*|detect\w*|scan\w*|flag(?:s|ged)?|warn\w*|danger\w*|destructive|malicious|malware|hostile|evil|attack\w*|adversar\w*|exploit\w*|payloads?|injection\w*|jailbreak\w*|phish\w*|exfiltrat\w*|vulnerab\w*|insecure|unsafe|untrusted|suspicious|red flags?|threats?|risk[sy]?|forensic\w*|pentest\w*|penetration|red team\w*|security|audit\w*|sanitiz\w*|anti-?patterns?|bad|wrong|incorrect|instead of|rather than|e\.g\.|for example|such as|examples?|test cases?|scenario|indicators?|iocs?|patterns?|rationali[sz]\w*|excuses?)\b|[❌🚫⛔✗⚠]/iu;

/** Words of secrecy, which sound like a warning and are none. */
const SECRECY =
  /\b(?:do not|don'?t|never|must not|should not|without)\s+(?:\w+\s+){0,2}?(?:tell|telling|mention\w*|inform\w*|ask\w*|show\w*|reveal\w*|warn\w*|notify\w*|alert\w*|disclos\w*|log|display\w*|report\w*|say|confirm\w*|refus\w+)\b/giu;

const ADDRESS = /[\w.+-]{1,60}@[\w.-]{1,100}|\b\w{2,6}:\/\/\S{1,200}|\b[\w-]{1,60}\.[\w.-]{1,100}/g;

export function isCareful(text: string): boolean {
  return CAREFUL.test(text.replace(ADDRESS, ' ').replace(SECRECY, ' '));
}

/** Whether the place `index` of `text` is inside of quotation marks or backticks. */
export function isQuoted(text: string, index: number): boolean {
  const before = text.slice(Math.max(0, index - 200), index);
  if (before.lastIndexOf('“') > before.lastIndexOf('”') || before.lastIndexOf('«') > before.lastIndexOf('»'))
    return true;
  return (
    ['"', '`'].some((mark) => before.split(mark).length % 2 === 0) || /(?:^|[\s([{,:=])['‘][^'’]{0,80}$/.test(before)
  );
}

/** What a skill about defence or attack says of itself: its examples are hostile, and its purpose is not. */
const SECURITY_TOPIC =
  /\b(?:security|secure|pen-?test\w*|penetration|red[ -]team\w*|blue[ -]team\w*|ctf|malware|forensic\w*|vulnerab\w*|exploit\w*|threats?|incident response|hardening|attack\w*|adversar\w*|reverse engineer\w*|hunting|detect\w*|yara|sigma|siem|edr|osint|privilege escalation|prompt injection|guardrails?|scanner)\b/iu;

export function isAboutSecurity(head: string): boolean {
  return SECURITY_TOPIC.test(head);
}
