-- Facts of parcels and buildings are amended by entries that say so; a note stands in an effect of its entry.

CREATE OR REPLACE FUNCTION register_end_once() RETURNS trigger LANGUAGE plpgsql AS $$
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
    WHEN 'register_parcelfacts' THEN word := 'amend_parcel'; field := 'parcel';
      SELECT p.code INTO named FROM register_parcel p WHERE p.id = (was ->> 'parcel_id')::bigint;
    WHEN 'register_buildingfacts' THEN word := 'amend_building'; field := 'building';
      SELECT b.code INTO named FROM register_building b WHERE b.id = (was ->> 'building_id')::bigint;
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

CREATE FUNCTION register_land_facts_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bad text;
BEGIN
  IF TG_TABLE_NAME = 'register_parcelfacts' THEN
    SELECT m.code INTO bad FROM (
      SELECT p.code::text, f.made_by_id FROM fresh f JOIN register_parcel p ON p.id = (to_jsonb(f) ->> 'parcel_id')::bigint
      EXCEPT ALL (SELECT * FROM register_said((SELECT array_agg(DISTINCT made_by_id) FROM fresh), 'open_parcel', 'parcel')
        UNION ALL SELECT * FROM register_said((SELECT array_agg(DISTINCT made_by_id) FROM fresh), 'amend_parcel', 'parcel'))) AS m LIMIT 1;
  ELSE
    SELECT m.code INTO bad FROM (
      SELECT b.code::text, f.made_by_id FROM fresh f JOIN register_building b ON b.id = (to_jsonb(f) ->> 'building_id')::bigint
      EXCEPT ALL (SELECT * FROM register_said((SELECT array_agg(DISTINCT made_by_id) FROM fresh), 'open_building', 'building')
        UNION ALL SELECT * FROM register_said((SELECT array_agg(DISTINCT made_by_id) FROM fresh), 'amend_building', 'building'))) AS m LIMIT 1;
  END IF;
  IF FOUND THEN
    RAISE EXCEPTION 'facts of % stand in no effect of their entry', bad USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER guard AFTER INSERT ON register_parcelfacts REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION register_land_facts_guard();
CREATE TRIGGER guard AFTER INSERT ON register_buildingfacts REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION register_land_facts_guard();

CREATE FUNCTION register_note_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bad text;
BEGIN
  SELECT m.code INTO bad FROM (
    SELECT u.code::text, f.entry_id FROM fresh f JOIN register_realestateunit u ON u.id = f.unit_id
    EXCEPT ALL SELECT * FROM register_said((SELECT array_agg(DISTINCT entry_id) FROM fresh), 'note', 'unit')) AS m LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a note on % stands in no effect of its entry', bad USING ERRCODE = 'restrict_violation';
  END IF;
  SELECT f.right_id::text INTO bad FROM fresh f
   WHERE f.right_id IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM register_right r WHERE r.public_id = f.right_id AND r.unit_id = f.unit_id
                      AND (r.ended_by_id IS NULL OR r.ended_by_id = f.entry_id)) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a note is about right %, which is not live on its unit', bad USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER guard AFTER INSERT ON register_entrynote REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION register_note_guard();
CREATE TRIGGER book_keeps BEFORE DELETE OR TRUNCATE ON register_entrynote
  FOR EACH STATEMENT EXECUTE FUNCTION register_never();
CREATE TRIGGER book_stands BEFORE UPDATE ON register_entrynote FOR EACH STATEMENT EXECUTE FUNCTION register_never();
