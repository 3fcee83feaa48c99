-- A seizure of the whole home suffers no seizure of a share beside it, nor the other way round (corrections 7).
-- What comes later waits in the line.
CREATE FUNCTION register_one_seizure_per_thing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bad text;
BEGIN
  SELECT u.code INTO bad
    FROM (SELECT DISTINCT unit_id FROM fresh WHERE kind = 'seizure') AS f
    JOIN register_realestateunit u ON u.id = f.unit_id
    JOIN register_restriction a ON a.unit_id = f.unit_id AND a.kind = 'seizure' AND a.ended_by_id IS NULL
    JOIN register_restriction b ON b.unit_id = f.unit_id AND b.kind = 'seizure' AND b.ended_by_id IS NULL
   WHERE a.share_of = '' AND b.share_of <> '' LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'one_live_seizure_per_share: unit % is seized as a whole and by share', bad
      USING ERRCODE = 'unique_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER one_seizure AFTER INSERT ON register_restriction REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION register_one_seizure_per_thing();
