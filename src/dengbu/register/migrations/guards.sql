-- The invariants of the book, held by PostgreSQL whoever writes. Plain triggers: no setting switches them off.

CREATE FUNCTION register_never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the book keeps every row: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- What entries say under one kind of effect: register_said('{7}', 'grant', 'right') gives the rights that entry 7 grants.
CREATE FUNCTION register_said(entries bigint[], word text, field text) RETURNS TABLE (name text, entry_id bigint)
LANGUAGE sql STABLE AS $$
  SELECT x ->> field, e.id FROM register_entry e CROSS JOIN LATERAL jsonb_array_elements(e.effects::jsonb) AS x
   WHERE e.id = ANY (entries) AND x ->> 'effect' = word
$$;

-- Only ended_by may change, once, from NULL to an entry; and that entry must say so.
CREATE FUNCTION register_end_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE was jsonb := to_jsonb(OLD); word text; field text; named text;
BEGIN
  IF OLD.ended_by_id IS NOT NULL OR NEW.ended_by_id IS NULL
     OR (to_jsonb(NEW) - 'ended_by_id') IS DISTINCT FROM (was - 'ended_by_id') THEN
    RAISE EXCEPTION 'the book is not changed: only ended_by of a live row of % may be set', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  CASE TG_TABLE_NAME
    WHEN 'register_right' THEN word := 'end'; field := 'right'; named := was ->> 'public_id';
    WHEN 'register_restriction' THEN word := 'lift'; field := 'restriction'; named := was ->> 'public_id';
    WHEN 'register_realestateunit' THEN word := 'close'; field := 'unit'; named := was ->> 'code';
    WHEN 'register_unitfacts' THEN word := 'amend'; field := 'unit';
      SELECT u.code INTO named FROM register_realestateunit u WHERE u.id = (was ->> 'unit_id')::bigint;
    ELSE word := ''; field := '';  -- no effect ends these yet
  END CASE;
  IF NOT EXISTS (SELECT 1 FROM register_said(ARRAY[NEW.ended_by_id], word, field) AS s WHERE s.name = named) THEN
    RAISE EXCEPTION 'entry % does not end row % of %', NEW.ended_by_id, OLD.id, TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_TABLE_NAME = 'register_realestateunit' AND (
       EXISTS (SELECT 1 FROM register_right r WHERE r.unit_id = OLD.id AND r.ended_by_id IS NULL)
       OR EXISTS (SELECT 1 FROM register_restriction r WHERE r.unit_id = OLD.id AND r.ended_by_id IS NULL)) THEN
    RAISE EXCEPTION 'unit % has live rights or restrictions and cannot be closed', named
      USING ERRCODE = 'restrict_violation';
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
  SELECT m.name INTO bad FROM (
    SELECT public_id::text AS name, made_by_id FROM fresh
    EXCEPT ALL SELECT * FROM register_said((SELECT array_agg(DISTINCT made_by_id) FROM fresh), 'grant', 'right')) AS m LIMIT 1;
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
  SELECT m.name INTO bad FROM (
    SELECT public_id::text AS name, made_by_id FROM fresh
    EXCEPT ALL SELECT * FROM register_said((SELECT array_agg(DISTINCT made_by_id) FROM fresh), 'restrict', 'restriction')) AS m LIMIT 1;
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
  SELECT m.code INTO bad FROM (
    SELECT u.code::text, f.made_by_id FROM fresh f JOIN register_realestateunit u ON u.id = f.unit_id
    EXCEPT ALL (SELECT * FROM register_said((SELECT array_agg(DISTINCT made_by_id) FROM fresh), 'open', 'unit')
      UNION ALL SELECT * FROM register_said((SELECT array_agg(DISTINCT made_by_id) FROM fresh), 'amend', 'unit'))) AS m LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'facts of % stand in no effect of their entry', bad USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION register_unit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bad text;
BEGIN
  SELECT m.code INTO bad FROM (
    SELECT code::text, made_by_id FROM fresh
    EXCEPT ALL SELECT * FROM register_said((SELECT array_agg(DISTINCT made_by_id) FROM fresh), 'open', 'unit')) AS m LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'unit % stands in no effect of its entry', bad USING ERRCODE = 'restrict_violation';
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
CREATE TRIGGER guard AFTER INSERT ON register_realestateunit REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION register_unit_guard();
CREATE TRIGGER guard AFTER INSERT ON register_unitfacts REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION register_facts_guard();
CREATE CONSTRAINT TRIGGER holders_add_up AFTER INSERT ON register_right DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION register_right_holders();
CREATE CONSTRAINT TRIGGER holders_come_with_right AFTER INSERT ON register_holder DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION register_holder_right();
