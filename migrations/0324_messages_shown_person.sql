-- Who forgets something looks through the newest of their own.
create index messages_shown_person on messages (person_id, seq) where shown is not null;
