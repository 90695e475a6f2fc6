{% macro load_table_b() %}
    {%- set table_b = source('database_b', 'table_b') -%}
    create schema if not exists {{ table_b.without_identifier() }};
    create or replace table {{ table_b }} as
    select * from read_csv('{{ invocation_args_dict.project_dir }}/data/births.csv', columns = {'date': 'date', 'births': 'integer'})
{% endmacro %}
