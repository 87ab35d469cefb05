enum CatalogSearchRoom {}
