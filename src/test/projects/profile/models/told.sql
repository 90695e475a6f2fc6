{{ config(materialized='view') }}
select
  current_setting('TimeZone') as zone,
  (select string_agg(name) from duckdb_secrets()) as secrets,
  times_factor(5) as fifteen,
  json_extract_string('{"a": "b"}', '$.a') as json
