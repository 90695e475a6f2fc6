{{ config(schema='marts', alias='all_customers') }} select 'a' as name
