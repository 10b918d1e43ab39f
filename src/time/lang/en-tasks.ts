/** What the words of a task say of a time beside them. */

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

export const taskWords = {
  /** They tie a day to what stands before it: "due Friday". */
  ties: words(
    'about from of until by before since due free back valid ready scheduled planned booked sent charged renewed ending ' +
      'starting starts start ends opens closes leaves arrives expires expiring is are was were',
  ),
  /** They begin a clause, or are its subject: "if the plumber can come Wednesday". */
  clauses: words(
    'if whether that what which who whose when why how because since so while unless i we he she they is are was were',
  ),
  /** What is told or asked: "say that …". */
  reports: words('say tell mention note announce confirm see ask check find know wonder decide verify'),
  /** What is done before a day: "Christmas shopping". */
  preparations: words(
    'prep prepping preparation preparations planning plan plans shopping cards presents gifts decorations list packing',
  ),
  /** What is done with a holiday: "plan Christmas". */
  aims: words(
    'plan discuss celebrate organise organize prepare arrange host skip cancel enjoy survive research design',
  ),
  /** What is booked for a number of people: "a table for 2". */
  seats: words('table room seats tickets spots places cabin'),
  /** What a task begins with: "take", "call". */
  deeds: words(
    'add answer apply ask attend bake bathe be begin book bring brush buy call cancel change charge check clean clear close ' +
      'collect come cook count cut defrost deliver do download draft draw dress drink drive drop dust eat email empty enter ' +
      'exercise feed fetch fill find finish fix floss fold follow get give go grab groom grow hang have help hoover invite ' +
      'iron join journal jog keep learn leave let listen load lock log look make mail measure meditate meet message mop move ' +
      'mow order organise organize pack paint pay phone pick plan play post practice practise pray prep prepare print pull ' +
      'push put read record refill remember remove renew repeat reply report request rest return review ride rinse run save ' +
      'say schedule scrub see sell send set share shave shop shower shut sign sing sit sleep smile sort spend stand start stay ' +
      'stop stretch study submit sweep swim take talk tell test text thank think tidy train transfer treat try turn update ' +
      'upload use vacuum visit wait wake walk wash watch water wear weigh wipe work workout worship wrap write',
  ),
  /** What has a time of its own: "the show at 8". */
  events: words(
    'meeting meetings show flight game concert train bus appointment party dinner lunch breakfast movie film match ' +
      'interview class lesson lecture call standup demo presentation ceremony wedding webinar exam test event session review',
  ),
  /** What is called by how often it comes, beside events: "the daily report". */
  issues: words(
    'report reports notes note digest summary newsletter review reviews log logs scrum sync recap update updates standup ' +
      'huddle briefing checkin check-in retro planner special specials deal deals quiz prompt challenge edition news show ' +
      'backup backups check checks email emails status stats numbers metrics journal agenda minutes invoice invoices',
  ),
  /** What may begin a time in mid-sentence. */
  starts: words(
    'at on in by every tomorrow today tonight next this from starting daily weekly monthly within after before',
  ),
  /** What goes on with a task after a time within it: "call Bo Friday about the rent". */
  goesOn: words(
    'with about for from at in on re regarding to into by near because if when while before after without again and or ' +
      'so , (',
  ),
  /** What a fraction is of: "1/2 cup". */
  measures: words(
    'cup cups inch inches mile miles tsp tbsp teaspoon tablespoon pound pounds lb lbs oz gallon pint of off price full size',
  ),
};
