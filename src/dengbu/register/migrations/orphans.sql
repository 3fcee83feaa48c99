-- A mortgage or a residence right rests on a title of its unit (民法典 366, 395, 402). One on works in progress rests on
-- the land (民法典 395; 细则 75), a notice on a claim (民法典 221): neither is meant here. What an import brings stands as
-- the old book had it. Deferred: an entry ends the old title before it makes the new one.
CREATE FUNCTION register_no_orphans() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bad text;
BEGIN
  IF EXISTS (SELECT 1 FROM register_entry e WHERE e.id = coalesce(NEW.ended_by_id, NEW.made_by_id)
              AND e.registration_type = 'IMPORT')
     OR EXISTS (SELECT 1 FROM register_right t WHERE t.unit_id = NEW.unit_id AND t.ended_by_id IS NULL
                 AND t.kind IN ('house_ownership', 'land_use')) THEN
    RETURN NULL;
  END IF;
  SELECT r.public_id::text INTO bad FROM register_right r
   WHERE r.unit_id = NEW.unit_id AND r.ended_by_id IS NULL AND r.kind IN ('mortgage', 'residence')
     AND r.terms ->> 'thing' IS DISTINCT FROM 'works_in_progress' LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'right % rests on no title of its unit', bad USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER burden_rests_on_title AFTER INSERT ON register_right DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.kind IN ('mortgage', 'residence')) EXECUTE FUNCTION register_no_orphans();
CREATE CONSTRAINT TRIGGER title_ends_with_burdens AFTER UPDATE ON register_right DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.kind IN ('house_ownership', 'land_use')) EXECUTE FUNCTION register_no_orphans();
