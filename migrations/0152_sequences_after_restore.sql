-- A restore of before 0.2.0 had these sequences begin anew: what was made after it counted as older than all before it.
select setval('notes_touched', top) from (select max(touched) as top from notes) made
 where not exists (select from notes_touched where is_called and last_value >= top);
select setval('reminders_touched', top) from (select max(touched) as top from reminders) made
 where not exists (select from reminders_touched where is_called and last_value >= top);
select setval('vector_stamps', top)
  from (select greatest((select max(stamp) from note_vectors), (select max(stamp) from message_vectors)) as top) made
 where not exists (select from vector_stamps where is_called and last_value >= top);

-- A stamp is one vector's alone.
update note_vectors v set stamp = nextval('vector_stamps')
  from (select owner, space, stamp from note_vectors group by owner, space, stamp having count(*) > 1) twice
 where v.owner = twice.owner and v.space = twice.space and v.stamp = twice.stamp;
update message_vectors v set stamp = nextval('vector_stamps')
  from (select owner, space, stamp from message_vectors group by owner, space, stamp having count(*) > 1) twice
 where v.owner = twice.owner and v.space = twice.space and v.stamp = twice.stamp;
