{{ config(materialized='table') }}
{% set columns = [
  ('bool', 'boolean', "true", "false"),
  ('int2', 'smallint', "-32768", "32767"),
  ('int4', 'integer', "-2147483648", "2147483647"),
  ('int8', 'bigint', "-9223372036854775808", "9223372036854775807"),
  ('float4', 'real', "1.25", "'-Infinity'"),
  ('float8', 'double precision', "1e-300", "'Infinity'"),
  ('numeric_9_2', 'numeric(9,2)', "1234567.89", "-0.01"),
  ('numeric_18_18', 'numeric(18,18)', "0.123456789012345678", "-0.999999999999999999"),
  ('numeric_38_10', 'numeric(38,10)', "1234567890123456789012345678.0123456789", "-1"),
  ('numeric_plain', 'numeric', "10.25", "-100000.50"),
  ('text', 'text', "E'it''s \"q\" \\n, €, \\U0001F600'", "''"),
  ('long_text', 'text', "repeat('x', 1000000)", "'y'"),
  ('varchar_9', 'character varying(9)', "'abc'", "'123456789'"),
  ('char_5', 'character(5)', "'ab'", "'abcde'"),
  ('bytea', 'bytea', "'\\x00ff27'", "'\\x'"),
  ('date', 'date', "'0001-01-01'", "'9999-12-31'"),
  ('time', 'time without time zone', "'00:00'", "'23:59:59.999999'"),
  ('timetz', 'time with time zone', "'12:00+02'", "'23:59:59.999999-12'"),
  ('timestamp', 'timestamp without time zone', "'2024-02-29 12:34:56.789012'", "'1969-12-31 23:59:59.999999'"),
  ('timestamptz', 'timestamp with time zone', "'2024-02-29 12:34:56.789012+02'", "'1900-01-01 00:00+00'"),
  ('interval', 'interval', "'1 year 2 mons 3 days 04:05:06.789012'", "'-3 days -00:00:01'"),
  ('uuid', 'uuid', "'123e4567-e89b-12d3-a456-426614174000'", "'00000000-0000-0000-0000-000000000000'"),
  ('json', 'json', "'{\"b\": 1,   \"a\": [null]}'", "'null'"),
  ('jsonb', 'jsonb', "'{\"a\": {\"b\": [1, 2.50]}}'", "'\"text\"'"),
  ('mood', target.schema ~ '.mood', "'happy'", "'sad; \"so\"'"),
  ('int_array', 'integer[]', "array[1, null, 3]", "'{}'"),
  ('text_array', 'text[]', "array['a', null, '{x,y}']", "array['']"),
  ('numeric_array', 'numeric(9,2)[]', "array[1.25, 99.5]", "'{}'"),
  ('inet', 'inet', "'10.0.0.1/8'", "'::1'"),
  ('bits', 'bit(3)', "B'101'", "B'000'"),
  ('range', 'int4range', "'[1,5)'", "'empty'"),
  ('point', 'point', "'(1,2)'", "'(0,0)'"),
  ('Strange "name", ü', 'integer', "1", "2"),
  ('select', 'integer', "1", "2"),
] %}
{% for row in [2, 3, none] -%}
select {% for column in columns -%}
  ({{ 'null' if row is none else column[row] }})::{{ column[1] }} as "{{ column[0] | replace('"', '""') }}"
  {{- ', ' if not loop.last }}
{%- endfor %}
{{ 'union all' if not loop.last }}
{% endfor %}
