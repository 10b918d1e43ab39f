-- A message asks for the days of its own person: by day alone, those of everybody would be read for it.
create index spending_person on spending (person_id, day);
