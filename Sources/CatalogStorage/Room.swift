enum CatalogStorageRoom {}
