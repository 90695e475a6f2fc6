select count(*) as rows from {{ ref('polars_lazy') }}
