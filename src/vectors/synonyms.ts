import { MORE } from './synonyms-more.ts';

/** Words that people use for one thing in what they write down and in questions about it. A word may stand in several groups. */
const GROUPS = `
wifi wireless internet wlan network router hotspot online
password passphrase passcode pin code key combination login credentials
key keys keyring
spare extra second backup additional
doctor gp physician practitioner surgery clinic medic
dentist orthodontist teeth tooth dental
hospital ward clinic infirmary
vet veterinarian veterinary animal
medicine medication pill pills tablet tablets drug prescription dose dosage meds
allergy allergic allergies intolerant intolerance react reaction
car vehicle auto automobile
bike bicycle cycle
park parked parking garage space bay
drive driving driver licence license
mechanic garage workshop service serviced servicing repair
petrol gas fuel gasoline diesel
tyre tyres tire tires wheel wheels
plate registration reg numberplate
phone telephone mobile cell call ring number contact reach
email mail address e-mail
address live lives living located location street home house
flat apartment home place residence
landlord landlady owner letting rental
rent rental lease tenancy
neighbour neighbor nextdoor
birthday birthdate born turns
anniversary wedding married marry
wife husband spouse partner
mother mum mom mother's
father dad daddy father's
parents folks mum dad
grandmother grandma granny nan
grandfather grandpa granddad
child children kid kids son daughter
brother sister sibling
friend mate buddy pal
boss manager supervisor
colleague coworker teammate
job work employer company office
meeting appointment call sync session
interview
holiday vacation trip travel journey getaway
flight plane fly flying airline airport
train rail railway
hotel accommodation lodging stay hostel inn airbnb
ticket tickets booking reservation reserved booked confirmation reference
seat row
passport id identity document
insurance policy insurer insured coverage
bank account iban
card credit debit
pay paid payment payments cost costs price bill charge charged fee expense spend spent
buy bought purchase purchased shopping shop get
cheap affordable
owe owes owed debt lend lent borrow borrowed loan loaned
tax taxes
salary wage wages pay income
money cash
shop store supermarket market
list items things
food meal dinner lunch supper eat
recipe cook cooking bake baking make
breakfast morning
coffee espresso
tea
wine
restaurant bistro cafe eatery dine diner dining
oven stove cooker hob
fridge refrigerator freezer
washing laundry washer
dishwasher dishes
boiler heating heater furnace radiator
thermostat temperature
plumber plumbing pipe pipes leak tap
electrician electrical electricity power fuse
gardener garden yard lawn
paint colour color shade painted
light lamp bulb lighting
battery batteries
filter cartridge
size fit measure measurement measures dimensions wide width tall height long length
shoe shoes trainers boots sneakers footwear
clothes shirt jacket coat dress
ring finger
gift present presents gifts
school class teacher pupil
teacher tutor instructor
course lesson class training
exam test assessment
book novel title reading read
author writer
film movie
series show
song music tune track
podcast episode
game
dog puppy hound pet
cat kitten pet
plant plants flower flowers
water watering watered
rubbish trash garbage bin bins waste refuse recycling
collect collection collected pickup
delivery parcel package shipment courier deliver delivered
warranty guarantee
serial model
printer toner ink
computer laptop pc notebook machine
server host
software app program application
subscription membership subscribe member renew renewal renews
gym fitness workout exercise
run running jog
swim swimming pool
doctor's
weight weigh weighs kilos kg
height tall
blood
emergency urgent
alarm security
door entrance gate
lock locked padlock locker
safe vault
cupboard cabinet closet wardrobe drawer
cellar basement
attic loft
box crate
shelf
keep kept store stored put hidden hide left stash
open opens opening hours
close closes closing shut shuts
start starts begin begins
end ends finish finishes expire expires expiry due deadline until
leave leaves depart departs departure
arrive arrives arrival land lands
name called named
nickname
idea ideas suggestion thought
plan plans planned
project
deadline due
goal target aim
budget
quote saying
joke
wish wishlist want wants
like likes love loves enjoy enjoys favourite favorite prefer prefers
hate hates dislike dislikes avoid
recommend recommended recommendation suggested suggest
fast quick speed
broken break broke damaged fault faulty
fix fixed repair repaired mend mended
replace replaced change changed swap
clean cleaner cleaning cleaned
haircut hairdresser barber hair
babysitter nanny sitter childminder
party celebration
wedding
guest visitor visitors
room
conference
speaker
sign signed signature contract agreement
lawyer solicitor attorney
accountant bookkeeper
vote voting
church
charity donate donation
`;

const ALL = `${GROUPS}${MORE}`;

const byWord = new Map<string, Set<number>>();
for (const [index, line] of ALL.trim().split('\n').entries()) {
  for (const word of line.split(' ')) {
    const groups = byWord.get(word) ?? new Set();
    byWord.set(word, groups.add(index));
  }
}
const lines = ALL.trim()
  .split('\n')
  .map((line) => line.split(' '));

/** What else may be meant by a word, without the word itself. `forms`: the word as it was said, and its stem. */
export function synonymsOf(...forms: readonly string[]): string[] {
  const groups = new Set(forms.flatMap((form) => [...(byWord.get(form) ?? [])]));
  const words = new Set([...groups].flatMap((index) => lines[index] ?? []));
  for (const form of forms) words.delete(form);
  return [...words];
}
