-- What has changed of a person's memories is read in pages, in exactly this order.
create index memories_changed on memories (person_id, touched, id);
drop index memories_person;
