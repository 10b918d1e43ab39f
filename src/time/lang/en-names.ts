/** Proper names that hold words about time, and the names that such words are not part of. */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Names in which words about time say nothing, however they are written. */
const NAMES: readonly string[] = (
  'ruby tuesday|ruby tuesdays|tgi fridays|t g i fridays|tgi friday|blue monday|manic monday|stormy monday|black sunday|freaky friday|bloody sunday|' +
  'sunday bloody sunday|any given sunday|saturday night live|saturday night fever|friday night lights|' +
  'friday night dinner|tuesdays with morrie|sunday times|sunday telegraph|wednesday addams|wednesday 13|happy mondays|' +
  'his girl friday|theresa may|brian may|november rain|usa today|psychology today|24 hour fitness|28 days later|' +
  '28 weeks later|500 days of summer|127 hours|48 hours mystery|maroon 5|blink 182|sum 41|30 seconds to mars|' +
  'thirty seconds to mars|5 seconds of summer|five seconds of summer|area 51|route 66|catch 22|motel 6|forever 21|' +
  'the sun|full sun|morning sun|at fridays|sun cream|sun lotion|sun hat|sun hats|sun dress|sun screen|sun block|' +
  'sun lamp|sun room|sun tan|sun shade|sun umbrella|sun protection|sun exposure|sun salutation|sun salutations|sun tea|' +
  'sun valley|sun tzu|sun dried tomatoes|sun - dried tomatoes|sat nav|sat navs|sat phone|sat prep|sat test|sat exam|' +
  'match of the day|happy hour|happy hours|mountain view|half and half|half time|half term|half marathon|half price|half board|half moon|half pint|half pints|the till|two and a half men|5 hour energy|five hour energy|half life 2|7 eleven|7 - eleven|apollo 13|apollo 11'
).split('|');

/** Names that are everyday words unless they have capitals. */
const TITLES: readonly string[] = (
  'the day after tomorrow|edge of tomorrow|tomorrow never dies|good morning america|good morning britain|' +
  'the morning show|the today show|today show|the tonight show|tonight show|the late show|late show|' +
  'the late late show|late late show|late night with|midnight in paris|midnight mass|midnight express|' +
  'midnight cowboy|midnight sun|high noon|60 minutes|one day at a time|the night manager|night manager|' +
  'the night agent|night agent|a christmas carol|christmas carol|the nightmare before christmas|' +
  'nightmare before christmas|the night before christmas|monday night football|sunday night football|' +
  'thursday night football|mail on sunday|saturday evening post|evening standard|joe friday|man friday|girl friday|' +
  'new year gala|before sunrise|before sunset|before midnight|seven samurai|12 angry men|12 monkeys|district 9|' +
  "ocean's eleven|ocean's 11|ocean's 12|the second sex|first man|the last of us|last week tonight|" +
  'the daily show|daily show|daily mail|daily telegraph|new york times|financial times|the daily|the hours'
).split('|');

/** What is wished, whatever day it is: "wish Ana a happy new year". */
const WISHES: readonly string[] = 'happy|merry|joyous|blessed'
  .split('|')
  .flatMap((wish) =>
    (
      "new year|new year's|new years|new year's eve|new year's day|nye|christmas|christmas eve|xmas|easter|easter sunday|" +
      "easter monday|halloween|hallowe'en|thanksgiving|thanksgiving day|valentine|valentines|valentine's|valentine's day|" +
      "valentines day|mother's day|mothers day|father's day|fathers day|st patrick's day|st . patrick's day|" +
      "st patricks day|saint patrick's day|independence day|canada day|australia day|anzac day|boxing day|may day|" +
      'pi day|epiphany|good friday|labor day|memorial day|veterans day|juneteenth|pentecost|4th of july|' +
      'fourth of july|friday|monday|weekend'
    )
      .split('|')
      .map((day) => `${wish} ${day}`),
  );

function byFirst(names: readonly string[]): ReadonlyMap<string, readonly (readonly string[])[]> {
  const found = new Map<string, (readonly string[])[]>();
  for (const name of names) {
    const list = name.split(' ');
    const [first = ''] = list;
    found.set(
      first,
      [...(found.get(first) ?? []), list].sort((a, b) => b.length - a.length),
    );
  }
  return found;
}

/** First names: before a weekday they are who is met, not part of a title. */
const FIRST_NAMES: ReadonlySet<string> = new Set(
  words(`
    aaron abdul abigail adam adele adrian agnes ahmed aisha alan albert alejandro alex alexander alexandra alexis alfred ali
    alice alicia alison allison alma amanda amber amelia amir amy ana anastasia anders andre andrea andreas andrew andy angel
    angela angelica angie anita ann anna anne annette annie anthony antonio anton antonia anya arjun arnold arthur ashley
    astrid audrey ava barbara barry beatrice becky bella ben benjamin bernard bert beth betty bianca bill billy bob bobby
    bonnie brad bradley brandon brenda brent brian bridget bruce bruno bryan caleb calvin cameron camila camille carl carla
    carlos carmen carol caroline carolyn carrie casey cass catherine cathy cecilia chad charles charlie charlotte chen cheryl
    chloe chris christian christina christine christopher cindy claire clara claudia cody colin connor craig cristina
    curtis cynthia daisy dale dan dana daniel daniela danny daphne darren dave david dawn dean deborah debbie debra dennis
    derek diana diane diego dominic don donald donna doris dorothy doug douglas duncan dylan earl ed eddie edgar edith edward
    edwin eileen elaine eleanor elena elijah elisa eliza elizabeth ella ellen ellie elliot emil emilia emily emma eric erica
    erik erika erin ernest esther ethan eugene eva evan eve evelyn faith farah fatima felix fernando finn fiona florence
    frances francesca francis frank franz fred frederick freya fritz gabriel gabriela gail gareth gary gavin gemma gene geoff
    george georgia gerald gina giovanni giulia glen glenn gloria gordon grace graham greg gregory greta guy hal hamza hannah
    hans harold harriet harry harvey hassan hazel heather hector heidi heinz helen helena helga henry hiro holly howard hugh
    hugo ian ibrahim ida igor imran ines ingrid irene iris isaac isabel isabella isla ivan jack jackie jacob jacqueline jake
    james jamie jan jane janet janice jared jasmine jason javier jay jean jeff jeffrey jen jenna jennifer jenny jeremy jerry
    jess jesse jessica jill jim jimmy jo joan joanna joanne joe joel johan johanna john johnny jon jonas jonathan jordan
    jorge jose joseph josh joshua joyce juan judith judy julia julian juliana julie juliet justin kai karen karin karl kate
    katherine kathleen kathryn kathy katie katrina kay keith kelly ken kenji kenneth kevin khalid kim kirsten klaus kristin
    kurt kyle lara larry lars laura lauren laurie leah lee leila lena leo leon leonard leslie levi lewis liam lily linda lisa
    liz lizzie lois lorenzo lori louis louise lucas lucia lucy luis luisa luke lydia lynn mackenzie maddie madison maggie
    malcolm mandy manuel marc marco marcus margaret maria marie mariam marilyn marina mario marion mark marta martha martin
    martina marvin mary mateo matt matteo matthew maureen maurice max maxine maya megan mehmet mei melanie melissa mia michael
    michelle miguel mike mila miles miriam mitchell mohamed mohammed molly monica morgan moritz muhammad myra nadia nadine
    nancy naomi natalia natalie natasha nate nathan neil nelson niall nicholas nick nicola nicole nigel nikki nina noah noel
    nora norma norman olaf oliver olivia omar oscar otto owen pablo pam pamela paolo pat patricia patrick paul paula pedro
    peggy penny pete peter petra phil philip phoebe phyllis pierre polly priya rachel raj ralph ramon randy raul ravi ray
    raymond rebecca regina renee rhys ricardo richard rick ricky rita rob robbie robert roberta roberto robin rodney roger
    roland ron ronald ronnie rory rosa rosalind rosie ross roy ruby rupert russell ruth ryan sabine sabrina sally salma sam
    samantha samir samuel sandra sandy sanjay sara sarah scott sean sebastian sergio shane shannon sharon shaun sheila shelly
    sherry shirley sid simon sofia sonia sophia sophie stacey stan stanley stefan stella stephanie stephen steve steven stuart
    sue susan susanne suzanne sven sylvia tamara tanya tara ted teresa terry thea thelma theo theresa thomas tiffany tim
    timothy tina tobias toby todd tom tommy toni tony tracy travis trevor tricia tyler ursula valerie vanessa vera veronica
    vicky victor victoria vijay vince vincent viola virginia vivian walter wanda wayne wendy werner will willem william
    wolfgang xavier yasmin yuki yusuf yvonne zach zachary zara zoe
    mum mom mommy mummy dad daddy mama papa grandma grandpa granny gran nan nana grandad granddad aunt auntie uncle sis bro
    doc doctor`),
);

/** Who may be called like a day or a month. */
const BEINGS: ReadonlySet<string> = new Set(
  words(
    'cat dog puppy kitten kitty pup hamster horse pony rabbit bunny bird parrot budgie fish turtle tortoise pig goat cow pet ' +
      'baby son daughter sister brother niece nephew cousin friend neighbour neighbor boss colleague nurse nanny sitter',
  ),
);

/** Titles before a surname. */
const HONORIFICS: ReadonlySet<string> = new Set(
  words('mr mrs ms miss mx dr prof sir lady lord coach father pastor rabbi'),
);

/** Deeds that are done to a person, and words that a person follows. */
const PERSONAL: ReadonlySet<string> = new Set(
  words('call phone ring text email mail message ping ask tell meet invite remind pay contact thank dm with and for'),
);

/** What the name of a work or of a restaurant is likely to follow. */
const CULTURAL: ReadonlySet<string> = new Set(
  words(
    'watch rewatch see hear listen play read stream finish download record order eat dinner lunch brunch supper takeout ' +
      'takeaway tickets film movie song album book episode series show game',
  ),
);

/** What has a number in parts: "version 1.2.26", "section 4.1.2". */
const VERSIONED: ReadonlySet<string> = new Set(
  words(
    'version v ver release build rev revision firmware kernel driver package plugin patch sdk chapter section figure ' +
      'table exercise lesson step rule article paragraph clause requirement theorem python node java windows ios android ' +
      'macos ubuntu debian postgres postgresql mysql typescript react angular vue php ruby rust swift kotlin django ' +
      'rails kubernetes api',
  ),
);

/** What a number follows as its name. */
const LABELS: ReadonlySet<string> = new Set(
  words(
    'version release build room gate flight train bus platform track line route highway exit apartment apt unit suite ' +
      'floor number no nr chapter page part volume season episode level lesson exercise question step phase stage round ' +
      'sprint ticket issue task item order invoice case pr bug grade class section figure table seat row channel ' +
      'python node java windows ios android macos ubuntu debian postgres postgresql mysql typescript react angular ' +
      'vue php ruby go rust swift kotlin django rails kubernetes api iphone galaxy pixel boeing airbus formula ' +
      'hw homework lab stop door problem quiz chapters pages exercises questions problems rooms seasons episodes lessons ' +
      'levels units gates parts dose set sheet draft lane aisle batch group team player station ' +
      'study studio terminal dock bay zone locker box model type size form rule article paragraph clause psalm verse',
  ),
);

export const nameWords = {
  /** Names as lists of words (lower case), by their first word, the longest first. */
  always: byFirst([...NAMES, ...WISHES]),
  titles: byFirst(TITLES),
  firstNames: FIRST_NAMES,
  honorifics: HONORIFICS,
  beings: BEINGS,
  personal: PERSONAL,
  cultural: CULTURAL,
  labels: LABELS,
  versioned: VERSIONED,
};
