-- A note's vector goes with what the note says and belongs to whom the note belongs, whichever version of coda writes:
-- one that knows nothing of vectors left those of what a note had said.
create function note_vectors_follow() returns trigger language plpgsql as $$
begin
  if new.deleted_at is not null or new.title is distinct from old.title or new.text <> old.text then
    delete from note_vectors where note_id = new.id;
  else
    update note_vectors set owner = new.person_id, stamp = nextval('vector_stamps') where note_id = new.id;
  end if;
  return null;
end
$$;

-- After the update: its row is locked, so that a vector which was stored a moment ago is seen.
create trigger note_vectors_follow after update on notes for each row
  when (new.text <> old.text or new.title is distinct from old.title or new.person_id <> old.person_id
        or new.deleted_at is not null and old.deleted_at is null)
  execute function note_vectors_follow();

delete from note_vectors v using notes n where n.id = v.note_id and (n.deleted_at is not null or n.person_id <> v.owner);
