/** The words of courtesy, and those that take a request back. */

export interface Form {
  words: readonly { norm: string; marked: boolean }[];
  /** Only where a mark stands before it. */
  behindMark: boolean;
}

/** A line for each choice of its words: `i|we should|would` are four. */
function expanded(line: string): string[] {
  return line
    .split(' ')
    .reduce<string[]>(
      (lines, word) =>
        word.split('|').flatMap((one) => lines.map((before) => (before === '' ? one : `${before} ${one}`))),
      [''],
    );
}

const list = (text: string): Form[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .flatMap(expanded)
    .map((line) => ({
      words: line
        .replace(/^, /, '')
        .split(' ')
        .map((word) => ({ norm: word.replace(/,$/, ''), marked: word.endsWith(',') })),
      behindMark: line.startsWith(', '),
    }));

/** At the beginning; with a `,` only where a mark follows: "no, make it 7", but not "no reminders". */
export const BEFORE = list(`
  please
  please you
  kindly
  just
  hey
  hi
  hello|hiya|heya|howdy
  yo
  oi
  ey
  bro
  dude
  mate
  man,
  ok
  okay
  k
  alright
  all right
  right
  well
  so
  um
  uh
  oh
  ah
  also
  and
  but
  then
  now
  great
  cool
  nice
  perfect
  no,
  nope,
  actually
  wait
  sorry
  oops
  yes
  yeah
  yep
  yup
  sure
  you can
  you may
  good morning
  good evening
  good afternoon
  coda
  hey coda
  assistant
  buddy
  can you
  could you
  would you
  will you
  can we
  could we
  dear
  my dear
  love
  darling
  hello dear
  hi dear
  please to
  do please
  please do
  however,
  might|may i see
  are you able to
  honestly
  i say,
  i see,
  might i ask you to
  may i ask you to
  i must ask you to
  i want that you
  i need that you
  i would like that you
  id like that you
  i wish that you
  i should|would be obliged|grateful|glad if you would|could
  i should|would be most|very|so|much obliged|grateful|glad if you would|could
  id be grateful|glad if you would|could
  id be most|very|so grateful|glad if you would|could
  i should like you to
  might|may you
  might|may|can|could i trouble you to
  omg
  oh|oops|omg|ah|argh|ugh no
  hmm wait
  tbh
  tbf
  idk
  actually yes
  in fact
  in that case
  jk
  lol jk
  oh my
  oh dear
  anyway
  anyhow
  anyways
  right so
  you know what
  tell you what
  fine
  ok fine
  och|ach|aye
  och|ach|hm|hmm no
  nooo|noooo|noo
  nah mate
  sorry mate
  morning
  no wait
  oh wait
  would you be good enough to
  would you be so good as to
  be so good as to
  be so kind as to
  be so kind and
  would you kindly
  could you kindly
  if you would be so kind
  if you please
  would you mind
  would you be so kind as to
  would you be so kind to
  could you be so kind as to
  i was wondering if you could
  i wonder if you could
  would it be ok if you could
  quick one
  quick question
  one more thing
  one thing
  do you mind
  can i get you to
  could i get you to
  can i ask you to
  could i ask you to
  i want you to
  i need you to
  id like you to
  i would like you to
  id love you to
  i would love you to
  id appreciate it if you would
  id appreciate it if you could
  i would appreciate it if you could
  it would be great if you could
  itd be great if you could
  would it be possible to
  is it possible to
  any chance you could
  any chance you can
  be a dear and
  do me a favor and
  do me a favour and
  make sure to
  be sure to
  go ahead and
  quickly
  possibly
  quick
  thanks
  thank you
  cheers
  ta
  thing is,
  two things,
  three things,
  2 things,
  3 things,
  a few things,
  few things,
  couple of things,
  a couple of things,
  nah
  would you ever
  hang|hold on
  ugh
  hmm
  hm
  mm
  on second thought
  on second thoughts
  y'all can
  yall can
  going to need you to
  i am going to need you to
  im going to need you to
  when its possible
  you could
  lets
  let us
  ⏰
  👋
  🙏
`);

/** At the end. `,` before a line: only after a comma or the like, since the words may belong to what is said. */
export const AFTER = list(`
  please
  please and thank you
  , thanks
  , thank you
  , cheers
  , thanks a lot
  , thank you very much
  , thanks so much
  , thank you so much
  , thanks in advance
  , coda
  , ok
  , okay
  , k
  , mate
  , buddy
  , man
  , dude
  , dear
  , my dear
  , love
  , darling
  , if you would
  , if you please
  , if you will
  , if you would be so kind
  , many thanks
  , much obliged
  , would you
  , will you
  will ya
  btw
  will you
  , can you
  , could you
  , if you can
  , if you could
  , if you dont mind
  , if possible
  , if thats ok
  , if thats okay
  , when you can
  , when you get a chance
  lol
  once more
  one more time
  omg
  haha
  xx
  tho
  though
  rn
  atm
  , all good
  , mind
  , no worries
  , sorry
  thanks
  thank you
  thank you dear|love|darling
  thanks dear|love|darling|mate
  thank you so much
  thanks so much
  thanks a lot
  thank you very much
  , may i ask
  , if i may
  , if i may ask
  , would you mind
  , if you dont mind me asking
  cheers
  ta
  pretty please
  🙏
  👍
  ✅
  😊
  🙂
  😀
  😁
  😅
  🥺
  😘
  ❤️
  ❤
  👌
  ✌
  🙌
  , bye|lol
  btw
  , that would be great
  , that would be lovely
  , thatd be great
`);

/** At the end: what came before is not wanted after all. */
export const TAKEN_BACK = list(`
  never mind
  scratch that
  just kidding
  jk
  no wait
  wait no
  , forget it
  , forget that
  , forget about it
  , ignore that
  , ignore me
  , kidding
  , not
  , actually no
  , actually dont
  , actually not
  , or not
  , maybe not
  , no
  , no dont
  , no forget it
  , on second thought no
  , dont
  , dont bother
`);

/** Said alone. */
export const TAKING_BACK = list(`
  never mind
  never mind that
  never mind about that
  scratch that
  forget it
  forget that
  forget about it
  forget about that
  forget i asked
  forget i said anything
  ignore that
  disregard
  disregard that
  strike that
  just kidding
  jk
  actually no
  actually dont
  dont worry about it
  dont worry about that
  actually never mind
  no dont
  on second thought no
  on second thoughts no
  dont bother
  not anymore
  not needed anymore
  no longer needed
`);
