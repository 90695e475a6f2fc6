select *, '{{ ref('placed') }}' as relation from {{ ref('placed') }}
