"""Shopify's Admin GraphQL API 2026-10, executed by graphql-core on a subset of the official schema.

Belongs here: the objects of the shop (`objects`), its one mutation (`quantities`), costs (`costs`), pages
(`connections`), HTTP (`server`). A field that the subset lacks is refused as Shopify refuses an unknown field.
"""
