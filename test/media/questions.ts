/** Questions about the files of a household, each with words of the passage that answers it. */
export const DOCUMENTS: Readonly<Record<string, string>> = {
  'boiler.md': `# Vitodens boiler
The boiler was made by Viessmann in 2019 and has a power of 24 kilowatts.
## Warranty
The maker guarantees all parts for five years from the day of installation; wear parts such as seals are excluded.
## Errors
E3: the water pressure is too low. Fill up with the black tap until the needle stands at 1.5 bar.
E7: the fan is blocked. Switch off the power and call the service at 0800 555 019.
## Cleaning
Clean the condensate trap every autumn with warm water; never use vinegar.
## Settings
To lower the heating at night, hold the moon button for three seconds and choose the hours.
The curve 1.2 suits radiators, 0.6 suits heated floors.
`,
  'tenancy.md': `# Tenancy agreement
The landlord is Mr. Okafor, Mill Lane 4.
## Rent
The monthly rent is 850 euros, to be paid by the third working day. The advance for heating is 60 euros.
## Deposit
The tenant pays a deposit of three monthly rents into a savings account.
## Notice
The tenant may end the contract with three months of notice to the end of a month.
## Pets
Cats and small animals are allowed; a dog needs the written consent of the landlord.
## House rules
Quiet hours are from 10 in the evening to 6 in the morning and all day on Sundays. Bicycles stand in the cellar, not in the hallway.
## Repairs
Small repairs up to 100 euros are paid by the tenant, 300 euros a year at most.
`,
  'trip.md': `# Lisbon in May
## Flights
TAP 571 leaves Frankfurt on 12 May at 13:05 and arrives at 15:10. Each of you may take one bag of 23 kilos.
Return on 19 May with TAP 576 at 16:20.
## Hotel
Casa do Bairro, Rua das Flores 12. Check-in from 15:00, the door code is 4711#. Breakfast is served until 10:30.
## Plans
On Thursday the tour of the tile museum begins at 11 in front of the entrance.
Sintra: take the train from Rossio, it goes every twenty minutes.
A table for four is booked at Cervejaria Ramiro on Saturday at 20:00 under the name Keller.
## Insurance
The travel insurance is with Allianz, number LX-20394; the emergency line is +49 89 624 24245.
`,
  'school.md': `# Letter of the school
## Excursion
Class 4b visits the planetarium on 3 December. Meet at 8:15 at the main gate; bring a packed lunch and 12 euros.
## Vaccination
The nurse looks at the vaccination cards on Tuesday; please put the yellow booklet into the satchel.
## Swimming
Lessons take place each Wednesday in the third hour. Goggles are allowed, jewellery is not.
## Holidays
The Christmas holidays begin on 19 December after the fourth hour and end on 6 January.
## Contact
Ms. Lindgren can be reached in the office on Mondays between 14 and 15 o'clock, room 207.
`,
  'recipes.md': `# Family recipes
## Lentil soup
Soak 300 grams of lentils overnight. Fry two onions and a carrot, add cumin and a bay leaf, simmer for forty minutes.
## Pancakes
Whisk four eggs with half a litre of milk and 250 grams of flour; let the batter rest for twenty minutes.
## Plum cake
Bake at 180 degrees for 45 minutes on the lower rail. Sprinkle with cinnamon sugar while it is hot.
## Freezer
Stock keeps for six months, bread for three, fish no longer than two.
`,
  'car.csv': `Day;Garage;Work;Kilometres;Price
14.02.2025;Brandt;Oil and filter;41250;189,50
02.09.2025;Brandt;Brake pads in front;48900;412,00
17.11.2025;Tyre Hall;Winter tyres put on;51320;64,00
09.03.2026;Brandt;Inspection, new wipers;57010;368,20
21.06.2026;Station North;Windscreen repaired;60480;0,00
30.10.2026;Brandt;Battery replaced;66120;241,90
`,
  'club.md': `# Minutes of the garden club
## Members
The club has 38 members; Ruth Adeyemi was elected as treasurer for two years, and Tomas keeps the keys of the shed.
## Money
There are 2,140 euros on the account. The yearly fee rises from 45 to 50 euros, children pay nothing.
## Water
The pump is switched off from 1 November to the middle of March. Who waters after ten in the morning pays for it.
## Bees
Three hives stand behind the compost; the fence there has to be closed, for dogs have been stung twice.
## Dates
The seed swap is on the second Saturday of February in the parish hall, the summer party on 28 June from four o'clock.
`,
};

/** Words of the question, the file, and words of the passage. */
export const QUESTIONS: readonly (readonly [question: string, file: string, words: string])[] = [
  ['how long is the warranty of the boiler?', 'boiler.md', 'five years from the day'],
  ['what does error E3 mean?', 'boiler.md', 'E3: the water pressure'],
  ['water pressure too low, what to do', 'boiler.md', 'black tap'],
  ['whom do I call when the fan is blocked?', 'boiler.md', '0800 555 019'],
  ['when do I clean the condensate trap?', 'boiler.md', 'every autumn'],
  ['may I use vinegar for cleaning?', 'boiler.md', 'never use vinegar'],
  ['how do I lower the heating at night?', 'boiler.md', 'moon button'],
  ['which curve for heated floors', 'boiler.md', '0.6 suits heated floors'],
  ['how many kilowatts has the boiler', 'boiler.md', '24 kilowatts'],
  ['are seals covered by the guarantee?', 'boiler.md', 'seals are excluded'],
  ['how much is the rent?', 'tenancy.md', '850 euros'],
  ['when must the rent be paid', 'tenancy.md', 'third working day'],
  ['how high is the deposit?', 'tenancy.md', 'three monthly rents'],
  ['how much notice does the tenant have to give', 'tenancy.md', 'three months of notice'],
  ['may we keep a dog?', 'tenancy.md', 'a dog needs the written consent'],
  ['are cats allowed', 'tenancy.md', 'Cats and small animals'],
  ['when are the quiet hours?', 'tenancy.md', 'Quiet hours are'],
  ['where do bicycles go?', 'tenancy.md', 'in the cellar'],
  ['who pays for small repairs', 'tenancy.md', 'Small repairs up to 100'],
  ['who is the landlord', 'tenancy.md', 'Mr. Okafor'],
  ['when does the flight leave Frankfurt?', 'trip.md', 'TAP 571'],
  ['how many kilos of baggage may I take', 'trip.md', '23 kilos'],
  ['when do we fly back on 19 May', 'trip.md', 'TAP 576'],
  ['what is the door code of the hotel', 'trip.md', '4711#'],
  ['until when is breakfast served?', 'trip.md', 'until 10:30'],
  ['when does the tour of the museum begin', 'trip.md', 'tile museum begins at 11'],
  ['how do we get to Sintra?', 'trip.md', 'train from Rossio'],
  ['for when is the table booked at Ramiro', 'trip.md', 'Saturday at 20:00'],
  ['number of the travel insurance', 'trip.md', 'LX-20394'],
  ['what is the emergency line?', 'trip.md', '+49 89 624'],
  ['when is the excursion to the planetarium?', 'school.md', '3 December'],
  ['how much money for the excursion', 'school.md', '12 euros'],
  ['when are vaccination cards looked at', 'school.md', 'yellow booklet'],
  ['are goggles allowed in swimming lessons?', 'school.md', 'Goggles are allowed'],
  ['when do the Christmas holidays begin', 'school.md', '19 December'],
  ['when can I reach Ms. Lindgren?', 'school.md', 'room 207'],
  ['how long do the lentils simmer', 'recipes.md', 'forty minutes'],
  ['how much flour for pancakes', 'recipes.md', '250 grams of flour'],
  ['at how many degrees is the plum cake baked?', 'recipes.md', '180 degrees'],
  ['how long does fish keep in the freezer', 'recipes.md', 'no longer than two'],
  ['when was the battery replaced?', 'car.csv', '30.10.2026'],
  ['how much did the brake pads cost', 'car.csv', '412,00'],
  ['at how many kilometres was the inspection?', 'car.csv', '57010'],
  ['who repaired the windscreen', 'car.csv', 'Station North'],
  ['what did the winter tyres cost?', 'car.csv', '64,00'],
  ['who is the treasurer of the club?', 'club.md', 'Ruth Adeyemi'],
  ['who has the keys of the shed', 'club.md', 'Tomas keeps the keys'],
  ['how much money is on the account of the club?', 'club.md', '2,140 euros'],
  ['how high is the yearly fee', 'club.md', 'from 45 to 50 euros'],
  ['when is the pump switched off?', 'club.md', '1 November'],
  ['where do the hives stand', 'club.md', 'behind the compost'],
  ['when is the seed swap?', 'club.md', 'second Saturday of February'],
  ['when does the summer party begin', 'club.md', 'from four'],
  ['who made the boiler?', 'boiler.md', 'Viessmann in 2019'],
  ['how much is the advance for heating', 'tenancy.md', '60 euros'],
  ['how much of the repairs does the tenant pay a year at most?', 'tenancy.md', '300 euros a year'],
  ['where is the meeting point for the planetarium', 'school.md', '8:15 at the main gate'],
  ['how long does the batter of the pancakes rest?', 'recipes.md', 'twenty minutes'],
  ['how long does bread keep', 'recipes.md', 'bread for three'],
  ['in which street is the hotel?', 'trip.md', 'Rua das Flores'],
];
