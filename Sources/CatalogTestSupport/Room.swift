enum CatalogTestSupportRoom {}
