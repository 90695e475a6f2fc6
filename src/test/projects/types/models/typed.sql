{{ config(materialized='table') }}
select
  1::integer as an_integer,
  2::bigint as a_bigint,
  3::utinyint as a_utinyint,
  true as a_boolean,
  1.5::float as a_float,
  12345678.91::decimal(10, 2) as a_decimal,
  date '2024-02-29' as a_date,
  time '12:34:56.789' as a_time,
  timestamp '2024-02-29 12:34:56.789012' as a_timestamp,
  timestamptz '2024-02-29 12:34:56+03' as a_timestamptz,
  interval 3 days as an_interval,
  'b5d2c3a4-0000-4000-8000-000000000001'::uuid as a_uuid,
  5::hugeint as a_hugeint,
  '\xDE\xAD'::blob as a_blob,
  ['a', null, 'c'] as a_list,
  {'x': 1, 'y': ['z']} as a_struct,
  map {'k': 1} as a_map,
  'red'::enum('green', 'red') as an_enum,
  '{"a": [1, 2.50]}'::json as a_json,
  'text' as a_varchar
union all by name
select null::integer as an_integer
