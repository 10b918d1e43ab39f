/** Further groups of words for one thing, as in `synonyms.ts`: of the house, the family, health, travel and papers. */
export const MORE = `
sofa couch settee
elevator lift
christmas xmas festive
decorations ornaments baubles decoration
cabin hut lodge cottage chalet shed
smoke fire
alarm detector siren
sprinkler sprinklers irrigation hose
suitcase luggage baggage trolley bag
backpack rucksack knapsack
headphones headset earphones earbuds
tv television telly screen
monitor display screen
remote control controller
adapter adaptor plug socket outlet sockets converter
charger charging cable lead cord
vacuum hoover
iron ironing
tool tools hammer mallet drill saw screwdriver pliers wrench spanner
ladder steps
rug carpet mat
curtain curtains blind blinds shade
window pane glass
floor flooring parquet
ceiling roof
hallway corridor hall passage
stairs staircase steps
toilet bathroom loo wc restroom washroom
sink basin
tap faucet
shower bath tub bathtub
pillow cushion
blanket duvet quilt bedding sheets
bed mattress
table desk
chair stool seat
water stopcock mains
squeaky creaking squeaks creaks creaky noisy
drip dripping leaking leaky leak
stuck jammed blocked clogged frozen
restart reset reboot
pair connect connected connection link bluetooth
setup configure settings install
manual instructions booklet guide handbook
grandma grandmother oma nana
grandpa grandfather opa
aunt auntie
cousin relative relatives
nephew niece
boyfriend girlfriend partner dating
baby infant newborn toddler
daughter girl
son boy
kindergarten nursery daycare preschool creche
school lessons
university college uni faculty
homework assignment
holiday holidays break vacation vacations
pupil student
cleaner cleaning tidies tidy maid housekeeper
electric electricity power
company provider supplier firm
supplier vendor
customer client
claim claims reimbursement refund reimburse
form application apply
travel journey trip transport
expenses costs spending
grant funding subsidy
deadline submission
application proposal
raise increase rise
contract agreement
notice cancellation quit terminate cancel resign
mortgage loan
inheritance will estate
invoice bill receipt
donation donations
bank savings
investment shares stocks fund
pension retirement
customs duty
visa permit
permit badge pass licence
passport travel document
driving license
registration registered
police officer station
council town hall municipality
garbage trash rubbish
dump tip recycling yard disposal
furniture couch table wardrobe
chemist pharmacy drugstore apothecary
pills medication medicine tablet aspirin
ibuprofen nurofen painkiller paracetamol
dose mg amount
vaccination vaccine vaccinations jab shot booster injection immunisation
allergic allergy
optician eyes glasses spectacles lenses lens eye
paediatrician pediatrician child doctor
physio physiotherapist physiotherapy back spine exercises
orthopaedist orthopedist knee bone joint
cardiologist heart
dermatologist skin
gynaecologist gynecologist
psychologist therapist therapy counsellor
surgeon surgery operation
diagnosis result finding torn broken
pain ache sore hurts
fever temperature
bandage plaster plasters bandages aid
calories kcal diet dietician nutrition
sleep nap rest
cat kitten vet
dog beagle labrador terrier poodle puppy
neighbour neighbor next door
garden flowers lawn
watered water litre
tree trees hedge bush shrub
soil compost fertiliser fertilizer
shed hut garden
barbecue bbq grill
pancakes pancake crepes waffles
bread sourdough loaf dough baking
pizza dough
salad dressing vinaigrette
soup stew broth
sauce gravy
cake pie tart
cookies biscuits
sweets candy chocolate
cream gelato
meat beef pork steak
fish salmon
rice noodles pasta
vegetables veg
fruit apple apples
curry thai indian
beer ale lager
juice lemonade
soft boiled boil eggs egg
rise proofing ferment
leftover leftovers cooked
kettle pot pan
knife cutlery fork spoon
machine maker
descale limescale descaling
coffee espresso brew
van transporter truck lorry
car skoda volkswagen vw toyota ford bmw audi mercedes renault opel
service serviced inspection checkup mot
oil changed
brakes brake pads discs
tyre pressure bar psi
motorbike motorcycle scooter
airline flyer lufthansa ryanair easyjet airlines
frequent miles loyalty
carry hand baggage luggage
terminal gate
bus line tram metro subway underground
train rail
platform track
route directions way path
scotland uk britain england
abroad foreign
hotel slept stayed
beach sea coast
mountain hike hiking
camping tent
ticket seats row block
concert philharmonic gig show
theatre theater play opera
cinema movie film
museum gallery exhibition
match football soccer
thriller crime mystery
book club reading group
chapter page
magazine newspaper paper daily
photo photos picture pictures camera
drawing painting
piano guitar instrument
party guests invited
people guest guests
wedding married
gift wants love
wish wants asked
favourite loves
promise promised told
bet owe
lend lent borrowed
give gave given
lost misplaced missing
found discover
hide hidden taped
attic loft
cellar basement storage
garage carport
entrance entry access
lockbox safe
unlock unblock open
helpdesk support hotline
laptop notebook
password passphrase key
network router wifi
guest visitor visitors
website site online portal
backup copy
printer laserjet inkjet
phone mobile iphone android
camera photo
usb stick drive
battery block cell
colour mint green yellow blue red white black
paint walls
measurements cm wide high
ceiling floor height
weight kg
size eu
distance km kilometres miles
temperature degrees
opening hours open
closes until
weekend weekends sat sun saturday sunday
monday mondays mon
morning evening night
summer winter spring autumn
visit comes appointment
chimney sweep
plumber tap leak
carpenter joiner wood
tailor alterations
hairdresser salon
nurse carer
advisor adviser consultant
boss chief manager
colleague team
salary raise pay
meeting workshop seminar
room office
exam certificate
language course
teacher class
`;
