-- The invariants of the book, held by PostgreSQL whoever writes. Plain triggers: no setting switches them off.

CREATE FUNCTION register_never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the book keeps every row: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- Only ended_by may change, once, from NULL to an entry; and that entry must say so.
CREATE FUNCTION register_end_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE said boolean;
BEGIN
  IF OLD.ended_by_id IS NOT NULL OR NEW.ended_by_id IS NULL
     OR (to_jsonb(NEW) - 'ended_by_id') IS DISTINCT FROM (to_jsonb(OLD) - 'ended_by_id') THEN
    RAISE EXCEPTION 'the book is not changed: only ended_by of a live row of % may be set', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_TABLE_NAME IN ('register_right', 'register_restriction') THEN
    SELECT strpos(e.effects, to_jsonb(OLD) ->> 'public_id') > 0 INTO said FROM register_entry e WHERE e.id = NEW.ended_by_id;
    IF said IS NOT TRUE THEN
      RAISE EXCEPTION 'entry % does not end row % of %', NEW.ended_by_id, OLD.id, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;

-- A right is made by an entry that names it, on an open unit, past every restriction that the entry answers.
CREATE FUNCTION register_right_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bad text;
BEGIN
  PERFORM 1 FROM register_realestateunit u WHERE u.id IN (SELECT unit_id FROM fresh) ORDER BY u.code FOR NO KEY UPDATE OF u;
  SELECT u.code INTO bad FROM fresh f JOIN register_realestateunit u ON u.id = f.unit_id
   WHERE u.ended_by_id IS NOT NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'unit % is closed and accepts nothing', bad USING ERRCODE = 'restrict_violation';
  END IF;
  SELECT f.public_id::text INTO bad FROM fresh f LEFT JOIN register_entry e ON e.id = f.made_by_id
   WHERE strpos(coalesce(e.effects, ''), f.public_id::text) = 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'right % stands in no effect of its entry', bad USING ERRCODE = 'restrict_violation';
  END IF;
  SELECT u.code || ' ' || r.kind INTO bad
    FROM fresh f
    JOIN register_entry e ON e.id = f.made_by_id
    JOIN register_realestateunit u ON u.id = f.unit_id
    JOIN register_restriction r ON r.unit_id = f.unit_id
   WHERE r.ended_by_id IS NULL AND r.made_by_id <> f.made_by_id
     AND (r.until_at IS NULL OR r.until_at > e.instant)
     AND NOT EXISTS (SELECT 1 FROM register_entryanswer a WHERE a.entry_id = e.id AND a.obstacle = r.public_id)
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'restriction in force without an answer: %', bad USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION register_restriction_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bad text;
BEGIN
  PERFORM 1 FROM register_realestateunit u WHERE u.id IN (SELECT unit_id FROM fresh) ORDER BY u.code FOR NO KEY UPDATE OF u;
  SELECT u.code INTO bad FROM fresh f JOIN register_realestateunit u ON u.id = f.unit_id
   WHERE u.ended_by_id IS NOT NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'unit % is closed and accepts nothing', bad USING ERRCODE = 'restrict_violation';
  END IF;
  SELECT f.public_id::text INTO bad FROM fresh f LEFT JOIN register_entry e ON e.id = f.made_by_id
   WHERE strpos(coalesce(e.effects, ''), f.public_id::text) = 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'restriction % stands in no effect of its entry', bad USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION register_facts_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bad text;
BEGIN
  SELECT u.code INTO bad FROM fresh f JOIN register_realestateunit u ON u.id = f.unit_id
   WHERE u.ended_by_id IS NOT NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'unit % is closed and accepts nothing', bad USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;

-- Holders come with their right, all of them; integer numerators add up to the denominator.
CREATE FUNCTION register_check_holders(the_right bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE r register_right; n bigint; shares bigint; total bigint;
BEGIN
  SELECT * INTO r FROM register_right WHERE id = the_right;
  SELECT count(*), count(share_numerator), sum(share_numerator) INTO n, shares, total
    FROM register_holder WHERE right_id = the_right;
  IF n <> r.holder_count OR n = 0 THEN
    RAISE EXCEPTION 'right % says % holders, has %', r.public_id, r.holder_count, n USING ERRCODE = 'check_violation';
  END IF;
  IF r.share_denominator IS NULL AND shares > 0
     OR r.share_denominator IS NOT NULL AND (shares <> n OR total <> r.share_denominator) THEN
    RAISE EXCEPTION 'shares of right % do not add up to 1', r.public_id USING ERRCODE = 'check_violation';
  END IF;
END $$;
CREATE FUNCTION register_right_holders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM register_check_holders(NEW.id); RETURN NULL; END $$;
CREATE FUNCTION register_holder_right() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM register_check_holders(NEW.right_id); RETURN NULL; END $$;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['entry','parcel','parcelfacts','building','buildingfacts','realestateunit','unitfacts',
                           'right','holder','restriction','entryanswer'] LOOP
    EXECUTE format('CREATE TRIGGER book_keeps BEFORE DELETE OR TRUNCATE ON register_%s FOR EACH STATEMENT EXECUTE FUNCTION register_never()', t);
    IF t IN ('entry','holder','entryanswer') THEN
      EXECUTE format('CREATE TRIGGER book_stands BEFORE UPDATE ON register_%s FOR EACH STATEMENT EXECUTE FUNCTION register_never()', t);
    ELSE
      EXECUTE format('CREATE TRIGGER book_ends_once BEFORE UPDATE ON register_%s FOR EACH ROW EXECUTE FUNCTION register_end_once()', t);
    END IF;
  END LOOP;
END $$;
CREATE TRIGGER guard AFTER INSERT ON register_right REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION register_right_guard();
CREATE TRIGGER guard AFTER INSERT ON register_restriction REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION register_restriction_guard();
CREATE TRIGGER guard AFTER INSERT ON register_unitfacts REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION register_facts_guard();
CREATE CONSTRAINT TRIGGER holders_add_up AFTER INSERT ON register_right DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION register_right_holders();
CREATE CONSTRAINT TRIGGER holders_come_with_right AFTER INSERT ON register_holder DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION register_holder_right();
