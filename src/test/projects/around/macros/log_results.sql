{% macro log_results(results) %}
  insert into run_log values ('results', '{{ results | length }}')
  {%- for result in results %}, ('{{ result.status }}', '{{ result.node.unique_id }}'){% endfor %}
{% endmacro %}

{% macro note(what) %}
  insert into run_log values ('{{ what }}', '{{ this.identifier }}: ' || coalesce(
    (select count(*)::varchar from information_schema.tables
     where table_name = '{{ this.identifier }}' and table_schema = '{{ this.schema }}'), '?'))
{% endmacro %}
