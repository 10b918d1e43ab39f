-- Who told a person's zone: 'person', or the adapter whose platform did. Null: not known, so taken as the person's own word.
alter table persons add column zone_source text;
