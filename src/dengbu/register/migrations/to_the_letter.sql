-- A right or restriction stands on the unit, and is of the kind, that its entry says. Arguments: effect, field.
CREATE FUNCTION register_where_said() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bad text;
BEGIN
  SELECT m.name INTO bad FROM (
    SELECT f.public_id::text AS name, f.made_by_id, u.code::text, f.kind::text
      FROM fresh f JOIN register_realestateunit u ON u.id = f.unit_id
    EXCEPT SELECT x ->> TG_ARGV[1], e.id, x ->> 'unit', x ->> 'kind'
      FROM register_entry e CROSS JOIN LATERAL jsonb_array_elements(e.effects::jsonb) AS x
     WHERE e.id IN (SELECT made_by_id FROM fresh) AND x ->> 'effect' = TG_ARGV[0]) AS m LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% is of another unit or kind than its entry says', bad USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER where_said AFTER INSERT ON register_right REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION register_where_said('grant', 'right');
CREATE TRIGGER where_said AFTER INSERT ON register_restriction REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION register_where_said('restrict', 'restriction');

-- Parcels, buildings and answers stand in an effect of their entry too: an answer that no entry gave would open the way
-- past a seizure. Arguments: effect, field, the row's name, the row's entry.
CREATE FUNCTION register_said_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bad text;
BEGIN
  SELECT m.name INTO bad FROM (
    SELECT to_jsonb(f) ->> TG_ARGV[2] AS name, (to_jsonb(f) ->> TG_ARGV[3])::bigint FROM fresh f
    EXCEPT ALL SELECT * FROM register_said(
      (SELECT array_agg(DISTINCT (to_jsonb(f) ->> TG_ARGV[3])::bigint) FROM fresh f), TG_ARGV[0], TG_ARGV[1])) AS m LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% % stands in no effect of its entry', TG_TABLE_NAME, bad USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER guard AFTER INSERT ON register_parcel REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION register_said_guard('open_parcel', 'parcel', 'code', 'made_by_id');
CREATE TRIGGER guard AFTER INSERT ON register_building REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION register_said_guard('open_building', 'building', 'code', 'made_by_id');
CREATE TRIGGER guard AFTER INSERT ON register_entryanswer REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION register_said_guard('answer', 'obstacle', 'obstacle', 'entry_id');
