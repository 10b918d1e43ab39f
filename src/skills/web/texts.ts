import { formOf } from '../../base/text.ts';

const number = (count: number) => count.toLocaleString('en');

export const texts = {
  /** Calls, for whoever says yes to them: the other side sees the address, and the words. */
  asks: {
    read: 'Read the web page {url}; whoever runs it sees this address',
    scrape: 'Have the service Firecrawl read the web page {url}; whoever runs it sees this address',
    search: 'Search the web for {query}; the search service sees these words',
    map: (isAbout: boolean) => `Have the service Firecrawl list the pages of {url}${isAbout ? ' about {search}' : ''}`,
    crawl: (includes: boolean, excludes: boolean) =>
      `Have the service Firecrawl read up to {limit} pages of {url}${includes ? ', of these: {include_paths}' : ''}${excludes ? ', without these: {exclude_paths}' : ''}`,
  },
  webIsOff: 'Reading the web is switched off (web.enabled).',
  noCalendar: (host: string, why: 'kind' | 'broken' | 'slow' | 'long') =>
    `${host}: ${{ kind: 'there is no calendar (ics) at this address', broken: 'its calendar is broken', slow: 'reading its calendar took too long', long: 'its calendar has more than 20,000 appointments' }[why]}`,
  noRobots: (host: string) => `${host} does not say what machines may read: its robots.txt cannot be read now.`,
  robotsRefuse: (host: string) => `${host} asks machines not to read this address (robots.txt).`,
  answers: (host: string, status: number) => `${host} answers with ${status}.`,
  read: (title: string, host: string, characters: number) =>
    `Read ${title === '' ? host : `“${title}” (${host})`}, ${number(characters)} ${formOf(characters, 'character')}.`,
  cut: (characters: number) =>
    `[cut after ${number(characters)} ${formOf(characters, 'character')}: it is longer than I keep]`,
  cutPages: (pages: number) => `[cut: it has ${number(pages)} ${formOf(pages, 'page')}]`,
  found: (words: string, count: number, host: string) =>
    count === 0
      ? `“${words}” does not stand in the page of ${host}.`
      : `“${words}” stands in ${count === 1 ? 'one place' : `${number(count)} ${formOf(count, 'place')}`} of the page of ${host}.`,
  results: (query: string, count: number, provider: string) =>
    count === 0
      ? `${provider} finds nothing for “${query}”.`
      : `${number(count)} ${formOf(count, 'result')} for “${query}” from ${provider}.`,
  noSearch: 'No search service is configured.',
  noSearchRemedy: 'An owner can add one at web.search in config.yaml.',
  turnedAway: (provider: string) => `${provider} asks whether I am a person, and I am not.`,
  turnedAwayRemedy: 'Try again later, or have an owner configure a search service at web.search.',
  gone: (host: string, status: number) => `${host} has no page at that address (${status}).`,
  goneRemedy: 'Check the address, or search for it.',
  refuses: (host: string, status: number) => `${host} refuses to show that page (${status}).`,
  refusesRemedy: 'Open it yourself, or give me another address.',
  often: (host: string) => `${host} is asked too often at the moment.`,
  broken: (host: string, status: number) => `${host} is out of order (${status}).`,
  laterRemedy: 'Try again later.',
  login: (host: string) => `${host} shows that page only to people who are logged in.`,
  partly: '[It has a form for logging in: there may be more for those who are.]',
  loginRemedy: 'Open it yourself and paste what matters here, or give me another address.',
  captcha: (host: string) => `${host} asks whether I am a person (a CAPTCHA), and I am not.`,
  captchaRemedy: 'Open it yourself and paste what matters here, or give me another address.',
  unreadable: (host: string) => `I cannot read what ${host} serves there.`,
  unreadableRemedy: 'Give me another address, or the file itself.',
  binary: (host: string, type: string) => `${host} serves ${type === '' ? 'a file' : type} there, not text.`,
  empty: (host: string) => `The page of ${host} shows nothing without a browser.`,
  emptyRemedy: 'Give me another address of the same, or open it yourself.',
  circles: (host: string) => `${host} leads from page to page without end.`,
  guessed: 'Its letters are a guess: the page does not say how they are written.',
  truncated: 'truncated: true (there is more than this)',
  crawled: (host: string, count: number, total: number) =>
    `Read ${number(count)} of ${number(total)} ${formOf(total, 'page')} of ${host}.`,
  mapped: (host: string, count: number) => `${number(count)} ${formOf(count, 'address', 'addresses')} on ${host}.`,
  crawlFailed: (host: string) => `Firecrawl could not read ${host}.`,
  firecrawlRemedy: 'An owner has to look at firecrawl.api_key in config.yaml.',
};

export const setupTexts = {
  title: 'Search service',
  about: 'Finds pages in the web; without one DuckDuckGo is asked, which turns away who asks often.',
  answers: (service: string) => `${service} answers`,
  searxng: 'A SearXNG of my own',
  service: 'Whom shall I search with?',
  url: 'Its address',
  urlPlace: 'It answers in JSON: json stands in search.formats of its settings.yml.',
  key: 'The key',
  keyPlace: 'Brave: api-dashboard.search.brave.com. Tavily: app.tavily.com.',
  notAddress: 'It is no address of a service',
};
