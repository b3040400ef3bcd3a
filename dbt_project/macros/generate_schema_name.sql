{# Schemas are called by their layer alone (marts.fct_sales_daily): there is one target, and readers type these names. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name if custom_schema_name else target.schema }}
{%- endmacro %}
