-- A mortgage stands in a line (民法典 414): it has a rank. Of one that an import brings as over, the old book need not
-- say it. Deferred: an import ends what was over in the same transaction.
CREATE FUNCTION register_mortgage_has_rank() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM register_right r JOIN register_entry e ON e.id = r.made_by_id
                  WHERE r.id = NEW.id AND r.ended_by_id IS NOT NULL AND e.registration_type = 'IMPORT') THEN
    RAISE EXCEPTION 'mortgage % has no rank', NEW.public_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER mortgage_has_rank AFTER INSERT ON register_right DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.kind = 'mortgage' AND coalesce(NEW.rank, 0) < 1)
  EXECUTE FUNCTION register_mortgage_has_rank();

-- A title ends past a restriction only where its entry answers it (民诉法 查封规定 24), as a new right does. Deferred: the
-- same entry may lift the restriction (a judicial sale).
CREATE FUNCTION register_title_end_answers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bad text;
BEGIN
  SELECT r.kind INTO bad
    FROM register_entry e
    JOIN register_restriction r ON r.unit_id = NEW.unit_id
   WHERE e.id = NEW.ended_by_id AND e.registration_type <> 'IMPORT'
     AND r.ended_by_id IS NULL AND r.made_by_id < e.id
     AND (r.until_at IS NULL OR r.until_at > e.instant)
     AND NOT EXISTS (SELECT 1 FROM register_entryanswer a WHERE a.entry_id = e.id AND a.obstacle = r.public_id)
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a title ends past a restriction in force without an answer: %', bad
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER title_end_answers AFTER UPDATE ON register_right DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW
  WHEN (NEW.kind IN ('house_ownership', 'land_use') AND OLD.ended_by_id IS NULL AND NEW.ended_by_id IS NOT NULL)
  EXECUTE FUNCTION register_title_end_answers();
