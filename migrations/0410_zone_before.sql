-- The zone of a person before the present one, while things that keep to its clock are offered to be moved; '': none was known. Null:
-- nothing is offered.
alter table persons add column zone_before text;
