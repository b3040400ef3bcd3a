"""The GraphQL texts: what is asked of Shopify, and nothing about buyers.

Belongs here: queries and the mutation, checked in the tests against Shopify's own schema of 2026-10. Does not: paging
(`datasets.py`). Sizes keep each query under Shopify's 1,000 points.
"""

ORDERS = """
query orders($first: Int!, $after: String, $query: String) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes {
      id
      name
      createdAt
      processedAt
      updatedAt
      cancelledAt
      test
      displayFinancialStatus
      displayFulfillmentStatus
      lineItems(first: 20) {
        nodes { ...line }
        pageInfo { hasNextPage endCursor }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
fragment line on LineItem {
  id
  sku
  quantity
  currentQuantity
  discountedTotalSet { shopMoney { amount currencyCode } }
}
"""

MORE_LINES = """
query moreLines($id: ID!, $after: String!) {
  order(id: $id) {
    lineItems(first: 250, after: $after) {
      nodes { ...line }
      pageInfo { hasNextPage endCursor }
    }
  }
}
fragment line on LineItem {
  id
  sku
  quantity
  currentQuantity
  discountedTotalSet { shopMoney { amount currencyCode } }
}
"""

PRODUCTS = """
query products($first: Int!, $after: String) {
  productVariants(first: $first, after: $after, sortKey: ID) {
    nodes {
      id
      sku
      barcode
      title
      price
      product { id title status }
      inventoryItem { id tracked }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""

LOCATIONS = """
query locations($first: Int!, $after: String) {
  locations(first: $first, after: $after, includeInactive: true) {
    nodes { id name isActive fulfillsOnlineOrders address { countryCode } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

INVENTORY_LEVELS = """
query inventoryLevels($location: ID!, $first: Int!, $after: String) {
  location(id: $location) {
    id
    inventoryLevels(first: $first, after: $after) {
      nodes {
        id
        updatedAt
        item { id sku tracked }
        quantities(names: [
          "available", "committed", "damaged", "incoming", "on_hand", "quality_control", "reserved", "safety_stock"
        ]) {
          name
          quantity
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""

PAYOUTS = """
query payouts($first: Int!, $after: String, $query: String) {
  shopifyPaymentsAccount {
    payouts(first: $first, after: $after, query: $query, sortKey: ISSUED_AT) {
      nodes {
        id
        issuedAt
        status
        transactionType
        gross { amount currencyCode }
        net { amount currencyCode }
        summary {
          chargesGross { amount currencyCode }
          chargesFee { amount currencyCode }
          refundsFee { amount currencyCode }
          refundsFeeGross { amount currencyCode }
          adjustmentsGross { amount currencyCode }
          adjustmentsFee { amount currencyCode }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""  # fmt: skip

SET_QUANTITIES = """
mutation setQuantities($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id createdAt }
    userErrors { code field message }
  }
}
"""
