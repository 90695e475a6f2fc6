{# DuckDB has no grants: dbt's own way to its adapter's macro is what is to be seen. #}
{% macro duckdb__apply_grants(relation, grant_config, should_revoke=True) %}
  {% if grant_config %}
    {% call statement('grants') %}
      insert into run_log values ('grant', '{{ relation.identifier }}: {{ grant_config.select | join(', ') }}')
    {% endcall %}
  {% endif %}
{% endmacro %}
